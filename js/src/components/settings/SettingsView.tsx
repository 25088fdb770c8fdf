import { useEffect, useRef } from 'preact/hooks';
import { SECTIONS, type SettingsSection, type Translation } from '../../host';
import { useChat, useTrans } from '../context';
import { Icon } from '../Icon';
import { AgentsSection } from './AgentsSection';
import { FilesSection } from './FilesSection';
import { KeysSection } from './KeysSection';
import { ModelsSection } from './ModelsSection';
import { SkillsSection } from './SkillsSection';

interface Props {
  readonly section: SettingsSection;
}

const BODIES = {
  agents: AgentsSection,
  models: ModelsSection,
  keys: KeysSection,
  skills: SkillsSection,
  files: FilesSection
} as const;

/** What files set for agents, as it is now: who there is, with which models, on which keys, told what. */
export function SettingsView({ section }: Props) {
  const chat = useChat();
  const alone = chat.host.converse !== undefined; // in a tab of its own there is no conversation to go back to
  const trans = useTrans();
  const box = useRef<HTMLElement>(null);
  const Body = BODIES[section];
  useEffect(() => box.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (alone || event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    chat.showSettings(null);
  };
  return (
    <section
      class="dsp-log dsp-settings"
      aria-label={trans.__('Settings')}
      tabIndex={-1}
      ref={box}
      data-section={section}
      onKeyDown={onKeyDown}
    >
      <div class="dsp-log-head dsp-settings-head">
        {!alone && (
          <button
            type="button"
            class="dsp-icon-button"
            title={trans.__('Back to the conversation')}
            aria-label={trans.__('Back to the conversation')}
            onClick={() => chat.showSettings(null)}
          >
            <Icon name="back" />
          </button>
        )}
        <h3>{trans.__('Settings')}</h3>
        {!alone && chat.host.openSettings && (
          <button
            type="button"
            class="dsp-icon-button"
            title={trans.__('Open in a tab')}
            aria-label={trans.__('Open the settings in a tab')}
            onClick={() => chat.host.openSettings?.(section, chat.sessionId.peek())}
          >
            <Icon name="open" />
          </button>
        )}
        <Tabs section={section} />
      </div>
      <div
        class="dsp-log-rows dsp-settings-body"
        role="tabpanel"
        aria-label={namesOf(trans)[section]}
        tabIndex={0}
        key={section}
      >
        <Body />
      </div>
    </section>
  );
}

/** Arrows move between the parts, as in any list of tabs. */
function Tabs({ section }: { section: SettingsSection }) {
  const chat = useChat();
  const trans = useTrans();
  const row = useRef<HTMLDivElement>(null);
  const names = namesOf(trans);
  const show = (next: SettingsSection) => {
    chat.setup.show(next);
    row.current?.querySelector<HTMLElement>(`[data-tab=${next}]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const place = SECTIONS.indexOf(section);
    const next = {
      ArrowRight: SECTIONS[(place + 1) % SECTIONS.length],
      ArrowLeft: SECTIONS.at(place - 1),
      Home: SECTIONS[0],
      End: SECTIONS.at(-1)
    }[event.key];
    if (!next) return;
    event.preventDefault();
    show(next);
  };
  return (
    <div
      class="dsp-filters dsp-tabs"
      role="tablist"
      aria-label={trans.__('Settings')}
      ref={row}
      onKeyDown={onKeyDown}
      data-lm-suppress-shortcuts="true"
    >
      {SECTIONS.map(name => (
        <button
          key={name}
          type="button"
          role="tab"
          class="dsp-filter"
          data-tab={name}
          aria-selected={name === section}
          tabIndex={name === section ? 0 : -1}
          onClick={() => show(name)}
        >
          {names[name]}
        </button>
      ))}
    </div>
  );
}

function namesOf(trans: Translation): Record<SettingsSection, string> {
  return {
    agents: trans.__('Agents'),
    models: trans.__('Models'),
    keys: trans.__('Keys'),
    skills: trans.__('Skills'),
    files: trans.__('Files')
  };
}
