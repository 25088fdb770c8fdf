import { useEffect, useRef } from 'preact/hooks';
import type { Effort, Models } from '../protocol';
import { CardHead } from './CardHead';
import { useChat, useTrans } from './context';
import { entriesOf, onMenuKey } from './menu';
import { byProvider, EFFORTS, effortWord, meaningOf, wishWords, withKey } from './model-words';
import { heading, WhatIsMissing } from './ReadinessCard';
import { useResource } from './use-resource';

/** Which model answers and why, and the way to another one; the conversation stays as it is. */
export function ModelCard({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const trans = useTrans();
  const readiness = chat.status.value?.readiness;
  const models = useResource(chat.setup.models);
  const ready = !readiness || readiness.ready || chosenOf(chat) !== null;
  return (
    <section
      class={`dsp-card dsp-model-card ${ready ? '' : 'dsp-warn'}`}
      aria-label={trans.__('Model')}
      onKeyDown={event => {
        if (event.key !== 'Escape' || event.isComposing) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <CardHead
        title={!ready && readiness ? heading(readiness, trans) : headingOf(chat.model.value?.label ?? '')}
        onClose={onClose}
      />
      <Why />
      {!ready && readiness && <WhatIsMissing readiness={readiness} />}
      {models && <ModelMenu models={models} onClose={onClose} />}
      <div class="dsp-row dsp-model-foot">
        <EffortSelect />
        <button type="button" class="dsp-link" onClick={() => chat.showSettings('models')}>
          {trans.__('All models…')}
        </button>
      </div>
    </section>
  );

  function headingOf(label: string): string {
    return trans.__('Model: %1', chat.agent.value ? label : (chat.agentSettings.model.value ?? label));
  }
}

/** What was chosen for this agent, or for the session that is about to begin; null: it follows its template. */
function chosenOf(chat: ReturnType<typeof useChat>): string | null {
  const agent = chat.agent.value;
  if (!agent) return chat.agentSettings.model.value;
  return agent.model_pinned ? (agent.wants[0]?.model ?? agent.model.id) : null;
}

function Why() {
  const chat = useChat();
  const trans = useTrans();
  const model = chat.model.value;
  const chosen = chosenOf(chat);
  const wishes = chat.wants.value;
  const source = chat.status.value?.readiness.source;
  if (!model || (model.demo && !chosen)) return null;
  const by = () => {
    if (chosen) return trans.__('%1, chosen by you.', chosen);
    if (wishes.length) {
      const said = wishes.map(wish => wishWords(wish, trans)).join(', ');
      return trans.__('%1, follows its template: %2.', model.id, said);
    }
    const said = trans.__('%1, chosen by %2.', model.id, source ?? 'dispatch.yaml');
    return `${said} ${trans.__('It follows its template.')}`;
  };
  return (
    <p class="dsp-quiet">
      {by()}
      {model.key && !(chosen && !chat.agent.value) && <> {trans.__('Called with the key %1.', model.key)}</>}
    </p>
  );
}

function ModelMenu({ models, onClose }: { models: Models; onClose: () => void }) {
  const chat = useChat();
  const trans = useTrans();
  const menu = useRef<HTMLDivElement>(null);
  const chosen = chosenOf(chat);
  useEffect(() => {
    const entries = entriesOf(menu.current);
    const current = entries.find(entry => entry.getAttribute('aria-checked') === 'true') ?? entries[0];
    current?.focus();
  }, []);
  const pick = (model: string | null) => {
    void chat.agentSettings.switchModel(model);
    onClose();
  };
  const entry = (model: string | null, name: string, about: string, unusable = false) => (
    <button
      key={model}
      type="button"
      role="menuitemradio"
      aria-checked={chosen === model}
      class="dsp-menu-entry"
      tabIndex={-1}
      data-model={model ?? ''}
      title={about || name}
      onClick={() => pick(model)}
    >
      <span class="dsp-menu-title">{name}</span>
      {about && <span class={unusable ? 'dsp-small dsp-bad' : 'dsp-small dsp-quiet'}>{about}</span>}
    </button>
  );
  const tags = Object.keys(models.tags).map(tag => {
    const meaning = meaningOf(tag, models);
    const about = !meaning
      ? trans.__('no model')
      : meaning.usable
        ? trans.__('now %1', withItsKey(meaning.model.label, meaning.key))
        : trans.__('none can be used now');
    return entry(tag, tag, about, !meaning?.usable);
  });
  return (
    <div
      class="dsp-model-menu"
      role="menu"
      aria-label={trans.__('Models')}
      tabIndex={-1}
      ref={menu}
      data-lm-suppress-shortcuts="true"
      onKeyDown={event => onMenuKey(event, menu.current, onClose)}
    >
      {entry(null, trans.__('As its template has it'), '')}
      {tags.length > 0 && (
        <div role="group" aria-label={trans.__('By tag')}>
          <p class="dsp-menu-heading">{trans.__('By tag')}</p>
          {tags}
        </div>
      )}
      {byProvider(models.models).map(([provider, group]) => (
        <div key={provider} role="group" aria-label={provider}>
          <p class="dsp-menu-heading">{provider}</p>
          {group.map(model => {
            const { key, usable } = withKey(model, models.keys);
            const tagged = model.tags.join(', ');
            const how = model.no_key ? trans.__('no key') : key;
            return entry(model.id, model.label, [how, tagged].filter(Boolean).join(' · '), !usable);
          })}
        </div>
      ))}
    </div>
  );

  function withItsKey(label: string, key: string | null): string {
    return key ? trans.__('%1 with %2', label, key) : label;
  }
}

/** How long it is to think; of an agent there is already. */
function EffortSelect() {
  const chat = useChat();
  const trans = useTrans();
  const agent = chat.agent.value;
  if (!agent || agent.model.demo) return <span class="dsp-space" />;
  const chosen = agent.model_pinned ? (agent.wants[0]?.effort ?? '') : '';
  const model = chosenOf(chat) ?? agent.model.id;
  return (
    <label class="dsp-effort">
      {trans.__('Effort')}{' '}
      <select
        class="dsp-field"
        value={chosen}
        disabled={chat.agentSettings.changing.value}
        onChange={event => {
          const { value } = event.currentTarget;
          void chat.agentSettings.switchModel(model, value ? (value as Effort) : null);
        }}
      >
        <option value="">{trans.__('as set')}</option>
        {EFFORTS.map(effort => (
          <option key={effort} value={effort}>
            {effortWord(effort, trans)}
          </option>
        ))}
      </select>
    </label>
  );
}
