import { MainAreaWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { Host, SettingsSection } from '../../host';
import { Chat } from '../../store/chat';
import { mountSettings } from '../mount';
import type { Parts } from './commands';
import { dispatchIcon } from './icon';
import { showPanel } from './places';

export type SettingsTab = MainAreaWidget<SettingsWidget>;
const TAB_ID = 'dispatch-settings';

/** The settings as a Lumino widget, with a connection of its own. */
export class SettingsWidget extends Widget {
  readonly chat: Chat;
  private readonly unmount: () => void;

  constructor(host: Host) {
    super();
    this.addClass('dsp-widget');
    this.chat = new Chat(host, TAB_ID);
    this.unmount = mountSettings(this.chat, this.node);
  }

  get section(): SettingsSection {
    return this.chat.setup.section.peek() ?? 'agents';
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.unmount();
    this.chat.dispose();
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.querySelector<HTMLElement>('.dsp-settings')?.focus();
  }
}

/** Shows a part of the settings, for that session's agent. There is one such tab. */
export async function openSettingsTab(
  parts: Parts,
  section: SettingsSection,
  session: string | null
): Promise<SettingsTab> {
  const tab = parts.settingsTabs.find(() => true) ?? (await makeTab(parts));
  tab.content.chat.open(session);
  tab.content.chat.setup.show(section);
  parts.app.shell.activateById(tab.id);
  return tab;
}

async function makeTab({ app, host, panel, settingsTabs, ...others }: Parts): Promise<SettingsTab> {
  const { openSettings: _, ...rest } = host;
  const converse = (session: string | null, template: string | null) => {
    if (session) panel.begin(session);
    else panel.beginNew(template);
    showPanel({ app, host, panel, settingsTabs, ...others });
  };
  const content = new SettingsWidget({ ...rest, converse });
  const tab: SettingsTab = new MainAreaWidget({ content });
  tab.id = TAB_ID;
  tab.title.label = host.trans.__('Dispatch settings');
  tab.title.icon = dispatchIcon;
  tab.title.closable = true;
  tab.toolbar.hide();
  await settingsTabs.add(tab);
  const stops = [
    content.chat.setup.section.subscribe(() => void settingsTabs.save(tab)),
    panel.chat.sessionId.subscribe(session => content.chat.open(session))
  ];
  content.disposed.connect(() => {
    for (const stop of stops) stop();
  });
  app.shell.add(tab, 'main');
  return tab;
}
