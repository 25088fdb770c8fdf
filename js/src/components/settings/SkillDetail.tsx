import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Translation } from '../../host';
import type { Agent, Configuration, LoadedSkill, SkillInfo, Skills } from '../../protocol';
import { Resource } from '../../store/resource';
import { useChat, useTrans } from '../context';
import { Icon } from '../Icon';
import { Markdown } from '../Markdown';
import { PlaceLink } from '../PlaceLink';
import { SettingsProblem } from '../ProblemsBanner';
import { Fact, Loaded } from './Loaded';
import { forWhom, reasonWord } from './words';

interface Props {
  readonly info: SkillInfo;
  readonly skills: Skills;
  readonly onClose: () => void;
}

/** One skill: what it says, who gets it and why, and whether the agent shown has it. */
export function SkillDetail({ info, skills, onClose }: Props) {
  const chat = useChat();
  const trans = useTrans();
  const heading = useRef<HTMLHeadingElement>(null);
  const config = chat.setup.config.value.value;
  const text = useMemo(() => new Resource(() => chat.api.skill(info.id)), [chat, info.id]);
  const read = useRef(skills);
  useEffect(() => {
    if (read.current !== skills) text.heard(); // the list was read again: its text may be another one
    read.current = skills;
  }, [text, skills]);
  useEffect(() => heading.current?.focus(), []);
  return (
    <article class="dsp-skill" data-skill-shown={info.id}>
      <div class="dsp-skill-head">
        <button
          type="button"
          class="dsp-icon-button dsp-skill-back"
          title={trans.__('Back to the list')}
          aria-label={trans.__('Back to the list')}
          onClick={onClose}
        >
          <Icon name="back" />
        </button>
        <h4 ref={heading} tabIndex={-1}>
          {info.ambiguous ? info.id : info.name}
        </h4>
        <PlaceLink place={{ path: info.path, line: 1 }} withLine={false} />
      </div>
      {info.description && <p>{info.description}</p>}
      {info.error && (
        <ul class="dsp-problems dsp-card dsp-error">
          <SettingsProblem problem={info.error} />
        </ul>
      )}
      <dl class="dsp-facts">
        {info.tags.length > 0 && <Fact name={trans.__('Tags')}>{info.tags.join(', ')}</Fact>}
        <Fact name={trans.__('Who gets it')}>
          <Getters info={info} config={config} />
        </Fact>
      </dl>
      <ForAgent info={info} />
      <Loaded resource={text}>
        {skill => (
          <div class="dsp-skill-text">
            <Markdown key={skill.text} links={false} read={() => ({ text: skill.text, final: true })} />
          </div>
        )}
      </Loaded>
    </article>
  );
}

/** By the folder it lies in, by files that map it, by templates that name it. */
function Getters({ info, config }: { info: SkillInfo; config: Configuration | null }) {
  const trans = useTrans();
  const named = (config?.templates ?? []).filter(
    ({ skills }) => skills.includes(info.id) || skills.includes(info.name)
  );
  const lines = [
    ...(info.folder === 'default' ? [trans.__('all agents (default folder)')] : []),
    ...(info.folder === 'packages' ? [trans.__('all agents may read it')] : []),
    ...info.agents.map(agent => wordsOfMapped(agent, trans)),
    ...named.map(({ name }) => trans.__('%1 (named by its template)', name))
  ];
  if (!lines.length) return <>{trans.__('whom you load it for')}</>;
  return (
    <ul class="dsp-plain">
      {lines.map(line => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function wordsOfMapped(agent: string, trans: Translation): string {
  const words = forWhom(agent, trans);
  return agent.startsWith('_all') ? words : trans.__('%1 (mapped)', words);
}

/** Whether the agent shown has it, and the switch. */
function ForAgent({ info }: { info: SkillInfo }) {
  const chat = useChat();
  const trans = useTrans();
  const agent = chat.agent.value;
  if (!agent) return null;
  const loaded = agent.skills.find(({ name }) => name === info.id);
  const byHand = loaded?.why === 'person' || loaded?.why === 'used';
  return (
    <div class="dsp-row dsp-skill-agent">
      <span role="status">{loadedWords(agent, loaded, trans)}</span>
      {!loaded && !info.error && (
        <button
          type="button"
          class="dsp-button"
          aria-disabled={chat.agentSettings.changing.value}
          onClick={() => void chat.agentSettings.activateSkill(info.id, true)}
        >
          {trans.__('Load for %1', agent.name)}
        </button>
      )}
      {byHand && (
        <button
          type="button"
          class="dsp-button"
          aria-disabled={chat.agentSettings.changing.value}
          onClick={() => void chat.agentSettings.activateSkill(info.id, false)}
        >
          {trans.__('Take out')}
        </button>
      )}
    </div>
  );
}

function loadedWords(agent: Agent, loaded: LoadedSkill | undefined, trans: Translation): string {
  if (!loaded) return trans.__('%1 does not have it.', agent.name);
  return trans.__('%1 has it: %2.', agent.name, reasonWord(loaded.why, trans));
}
