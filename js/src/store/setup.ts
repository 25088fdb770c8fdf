import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { SettingsSection } from '../host';
import type { Change, Configuration, ErrorInfo, Models, Resolution, Skills } from '../protocol';
import type { Api } from './api';
import { Resource } from './resource';

/** How long it is said what was taken up. */
const FLASH_MS = 5_000;

/** What was taken up just now. */
export interface Flash {
  readonly kind: 'config' | 'skills';
  /** What changed, as the server says it. */
  readonly words: string;
  /** There are more problems than before. */
  readonly worse: boolean;
}

/** What files set for agents: the settings, keys, models and skills, as the server knows them now. */
export class Setup {
  readonly config: Resource<Configuration>;
  readonly models: Resource<Models>;
  readonly skills: Resource<Skills>;

  private readonly _section = signal<SettingsSection | null>(null);
  private readonly _flash = signal<Flash | null>(null);
  private readonly resolutions = new Map<string, Resource<Resolution>>();
  private fading: ReturnType<typeof setTimeout> | undefined;

  /** The part of the settings the person looks at; null: at something else. */
  readonly section: ReadonlySignal<SettingsSection | null> = this._section;
  readonly flash: ReadonlySignal<Flash | null> = this._flash;
  /** What is wrong with the files; what only wants the person's trust, or only may be wrong, is not among it. */
  readonly problems = computed<readonly ErrorInfo[]>(() =>
    (this.config.value.value?.problems ?? []).filter(({ code }) => code !== 'untrusted' && code !== 'not_there')
  );
  /** Templates a person may begin a session with. */
  readonly templates = computed(() =>
    (this.config.value.value?.templates ?? []).filter(template => !template.is_subagent && !template.error)
  );

  constructor(private readonly api: Api) {
    this.config = new Resource(() => api.config());
    this.models = new Resource(() => api.models());
    this.skills = new Resource(() => api.skills());
  }

  /** What a tag or the name of a model means now; `''`: what agents get that name none. */
  resolution(tag: string): Resource<Resolution> {
    let found = this.resolutions.get(tag);
    if (!found) {
      found = new Resource(() => this.api.resolve(tag));
      this.resolutions.set(tag, found);
    }
    return found;
  }

  show(section: SettingsSection | null): void {
    this._section.value = section;
  }

  dispose(): void {
    clearTimeout(this.fading);
  }

  /** Word from the server: what is shown of it is asked for again. */
  heard(notice: Extract<Change, { type: 'notice' }>): void {
    if (notice.kind === 'config_changed') {
      void this.configChanged(notice.message);
      this.skills.heard();
      this.keysChanged();
    }
    if (notice.kind === 'skills_changed') {
      this.skills.heard();
      this.config.heard(); // templates name skills
      if (notice.message) this.say({ kind: 'skills', words: notice.message, worse: false });
    }
    if (notice.kind === 'keys_changed') this.keysChanged();
  }

  /** Anything may have changed. */
  missed(): void {
    this.config.heard();
    this.skills.heard();
    this.keysChanged();
  }

  /** How keys stand may have changed. */
  keysChanged(): void {
    this.models.heard();
    for (const resolution of this.resolutions.values()) resolution.heard();
  }

  private async configChanged(words: string): Promise<void> {
    if (!this.config.watched) return;
    const before = new Set(this.faults());
    await this.config.refresh();
    if (words) this.say({ kind: 'config', words, worse: this.faults().some(fault => !before.has(fault)) });
  }

  /** Everything that is wrong with the files or wants trust, in words. */
  private faults(): readonly string[] {
    return (this.config.value.peek()?.problems ?? []).map(problem => problem.message);
  }

  private say(flash: Flash): void {
    this._flash.value = flash;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => {
      this._flash.value = null;
    }, FLASH_MS);
  }
}

/** The last part of a path, of whatever system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) || path;
}
