import { type ReadonlySignal, signal } from '@preact/signals';
import type { Agent, Effort, SendMessage } from '../protocol';
import type { Api } from './api';

/** What a person sets for one agent: what it is made from, its model, its skills. */
export class AgentSettings {
  private readonly _template = signal<string | null>(null);
  private readonly _model = signal<string | null>(null);
  private readonly _changing = signal(false);
  private last: Promise<void> = Promise.resolve();

  /** What the agent of a new session is made from; null: the usual one. */
  readonly template: ReadonlySignal<string | null> = this._template;
  /** A tag or a model's id that was chosen for a new session; null: as the template has it. */
  readonly model: ReadonlySignal<string | null> = this._model;
  /** A change is on its way. */
  readonly changing: ReadonlySignal<boolean> = this._changing;

  /**
   * @param agent whom it is for; null before there is a session.
   * @param apply takes the agent as the server has it now.
   * @param attempt runs a command, and shows why it does not work.
   */
  constructor(
    private readonly api: Api,
    private readonly agent: () => Agent | null,
    private readonly apply: (agent: Agent) => void,
    private readonly attempt: (command: () => Promise<void>) => Promise<void>
  ) {}

  pickTemplate(template: string | null): void {
    this._template.value = template;
  }

  /** Another model from its next step on, or for the session that is about to begin. */
  async switchModel(model: string | null, effort: Effort | null = null): Promise<void> {
    const agent = this.agent();
    if (agent) await this.change(() => this.api.switchModel(agent.id, model, effort));
    else this._model.value = model;
  }

  /** Loads a skill from its next step on, or takes it out. */
  async activateSkill(name: string, active: boolean): Promise<void> {
    const agent = this.agent();
    if (agent) await this.change(() => this.api.activateSkill(agent.id, name, active));
  }

  /** What the first message of a new session says of its agent. */
  ofNewSession(): Pick<SendMessage, 'template' | 'model'> {
    const [template, model] = [this._template.peek(), this._model.peek()];
    return { ...(template && { template }), ...(model && { model }) };
  }

  /** The session it was chosen for has begun, or another one is shown. */
  forget(): void {
    this._template.value = null;
    this._model.value = null;
  }

  /** One after the other: what was picked last is what it ends with. */
  private change(command: () => Promise<Agent>): Promise<void> {
    this._changing.value = true;
    const mine = this.last.then(async () => {
      await this.attempt(async () => this.apply(await command()));
      if (this.last === mine) this._changing.value = false;
    });
    this.last = mine;
    return mine;
  }
}
