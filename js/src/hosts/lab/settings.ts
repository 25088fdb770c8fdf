import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { signal } from '@preact/signals';
import type { Settings } from '../../host';

export type Side = 'left' | 'right';

export class LabSettings implements Settings {
  readonly showReasoning = signal(false);
  readonly sendOn = signal<'enter' | 'ctrl-enter'>('enter');
  readonly side = signal<Side>('left');

  /** Follows the person's settings from now on; where they cannot be read, the usual ones hold. */
  async follow(registry: ISettingRegistry, id: string): Promise<void> {
    const settings = await registry.load(id).catch(error => {
      console.warn('The settings of Dispatch in JupyterLab cannot be read.', error);
      return null;
    });
    if (!settings) return;
    const read = () => {
      this.showReasoning.value = settings.get('showReasoning').composite === true;
      this.sendOn.value = settings.get('sendOn').composite === 'ctrl-enter' ? 'ctrl-enter' : 'enter';
      this.side.value = settings.get('side').composite === 'right' ? 'right' : 'left';
    };
    read();
    settings.changed.connect(read);
  }
}
