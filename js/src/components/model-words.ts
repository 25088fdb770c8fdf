import type { Translation } from '../host';
import type { Effort, KeyState, ModelInfo, Models, ModelWish } from '../protocol';

export const EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high'];

/** What a model or a tag stands for now. */
export interface Meaning {
  readonly model: ModelInfo;
  readonly key: string | null;
  readonly usable: boolean;
}

/** The first model of a tag, with the key it would be called with. */
export function meaningOf(tag: string, models: Models): Meaning | null {
  const first = models.tags[tag]?.[0];
  const model = models.models.find(({ id }) => id === first);
  return model ? withKey(model, models.keys) : null;
}

/** A model with the key it would be called with. */
export function withKey(model: ModelInfo, keys: readonly KeyState[]): Meaning {
  const states = model.keys.flatMap(id => keys.find(key => key.id === id) ?? []);
  const active = states.find(({ status }) => status === 'active');
  const needsNone = !model.keys.length && !model.no_key;
  return { model, key: active?.id ?? model.keys[0] ?? null, usable: active !== undefined || needsNone };
}

/** Models by their provider, in the order the settings have them. */
export function byProvider(models: readonly ModelInfo[]): readonly (readonly [provider: string, ModelInfo[]])[] {
  const groups = new Map<string, ModelInfo[]>();
  for (const model of models) groups.set(model.provider, [...(groups.get(model.provider) ?? []), model]);
  return [...groups];
}

export function effortWord(effort: Effort, trans: Translation): string {
  const words: Record<Effort, string> = {
    none: trans.__('none'),
    minimal: trans.__('minimal'),
    low: trans.__('low'),
    medium: trans.__('medium'),
    high: trans.__('high')
  };
  return words[effort];
}

/** "heavy (key work, effort low)" */
export function wishWords({ model, key, effort }: ModelWish, trans: Translation): string {
  const more = [key && trans.__('key %1', key), effort && trans.__('effort %1', effortWord(effort, trans))];
  const said = more.filter(Boolean).join(', ');
  return said ? `${model} (${said})` : model;
}
