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
  /** What was wrong before what is said now, in words. */
  private before: ReadonlySet<string> | null = null;

  /** The part of the settings the person looks at; null: at something else. */
  readonly section: ReadonlySignal<SettingsSection | null> = this._section;
  readonly flash: ReadonlySignal<Flash | null> = this._flash;
  /** What is wrong with the files; what only wants the person's trust, or only may be wrong, is not among it. */
  readonly problems = computed<readonly ErrorInfo[]>(() =>
    (this.config.value.value?.problems ?? []).filter(problem => problem.code !== 'untrusted' && !isWarning(problem))
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
      void this.takenUp('config', notice.message);
      this.skills.heard();
      this.keysChanged();
    }
    if (notice.kind === 'skills_changed') {
      this.skills.heard();
      void this.takenUp('skills', notice.message); // templates name skills
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

  private async takenUp(kind: Flash['kind'], words: string): Promise<void> {
    if (!this.config.watched) return;
    // one change may be told twice, as of settings and as of skills: while it is said, both are measured by the same
    const before = this.before ?? new Set(this.faults());
    this.before = before;
    await this.config.refresh();
    if (words) this.say({ kind, words, worse: this.faults().some(fault => !before.has(fault)) });
    else if (!this.flash.peek()) this.before = null;
  }

  /** Everything that is wrong with the files or wants trust, in words. */
  private faults(): readonly string[] {
    const problems = this.config.value.peek()?.problems ?? [];
    return problems.filter(problem => !isWarning(problem)).map(problem => problem.message);
  }

  private say(flash: Flash): void {
    this._flash.value = flash;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => {
      this._flash.value = null;
      this.before = null;
    }, FLASH_MS);
  }
}

/** It stops nothing, and may even be meant. */
export function isWarning({ code }: ErrorInfo): boolean {
  return code === 'not_there';
}
