import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { signal } from '@preact/signals';
import type { Settings } from '../../host';

export type Side = 'left' | 'right';

export class LabSettings implements Settings {
  readonly showReasoning = signal(false);
  readonly sendOn = signal<'enter' | 'ctrl-enter'>('enter');
  readonly side = signal<Side>('left');

  /** Follows the person's settings from now on. */
  async follow(registry: ISettingRegistry, id: string): Promise<void> {
    const settings = await registry.load(id);
    const read = () => {
      this.showReasoning.value = settings.get('showReasoning').composite === true;
      this.sendOn.value = settings.get('sendOn').composite === 'ctrl-enter' ? 'ctrl-enter' : 'enter';
      this.side.value = settings.get('side').composite === 'right' ? 'right' : 'left';
    };
    read();
    settings.changed.connect(read);
  }
}
