import type { ComponentChildren } from 'preact';
import type { Translation } from '../../host';
import type { Agent, Limits, LoadedSkill, Session } from '../../protocol';
import { handleOf } from '../../store/agent-ids';
import type { SessionStore } from '../../store/session-store';
import { nameOf } from '../agent-words';
import { CopyButton } from '../Copy';
import { useChat, useTrans } from '../context';
import { dollars, elapsed, moment, tokensLine, usageDetails } from '../format';
import { effortWord } from '../model-words';
import { operationWord } from '../permission-words';
import { ShownPath, ShownText } from '../ShownText';
import { reasonWord } from '../settings/words';
import { kindSentence } from './row-words';

interface Props {
  readonly store: SessionStore;
  readonly agent: Agent;
  readonly alone: boolean;
}

/** All that is to know of an agent besides its thread. */
export function AgentDetails({ store, agent, alone }: Props) {
  const trans = useTrans();
  const session = store.session.value;
  const below = store.tree.costBelow(agent.id);
  const children = store.tree.childrenOf(agent.id);
  const link = (id: string) => <AgentLink store={store} id={id} alone={alone} />;
  return (
    <dl class="dsp-about" data-about={agent.id}>
      {agent.brief && (
        <Row name={trans.__('Brief')}>
          <div class="dsp-about-text" tabIndex={0}>
            <ShownText text={agent.brief} />
          </div>
        </Row>
      )}
      <Row name={trans.__('Model')}>
        <ModelWords agent={agent} />
      </Row>
      <Row name={trans.__('May')}>
        {permissionWords(agent.limits, trans)}
        {session && <WorksIn limits={agent.limits} session={session} />}
      </Row>
      <Row name={trans.__('Handle')}>
        <code>{handleOf(agent.id)}</code>
        <CopyButton text={() => handleOf(agent.id)} label={trans.__('Copy handle')} />
      </Row>
      {agent.parent_id !== null && <Row name={trans.__('Parent')}>{link(agent.parent_id)}</Row>}
      {agent.parent_id === null && agent.summoned_by && (
        <Row name={trans.__('Summoned by')}>{link(agent.summoned_by)}</Row>
      )}
      <Row name={trans.__('Path')}>
        <ShownText
          text={store.tree
            .pathOf(agent.id)
            .map(({ name }) => name)
            .join(' › ')}
        />
      </Row>
      <Row name={trans.__('Runs')}>{kindSentence(agent, trans)}</Row>
      {agent.waits_for.length > 0 && <Row name={trans.__('Waits for')}>{linked(agent.waits_for, link)}</Row>}
      {children.length > 0 && <Row name={trans.__('Summoned')}>{linked(children, link)}</Row>}
      <Row name={trans.__('Skills')}>
        <Skills skills={agent.skills} />
      </Row>
      <Row name={trans.__('Cost')}>
        <span title={usageDetails(agent.usage, agent.context_tokens, trans)}>
          {agent.usage.cost_usd === null ? trans.__('price unknown') : dollars(agent.usage.cost_usd)}
          {tokensLine(agent.usage, trans) && ` · ${tokensLine(agent.usage, trans)}`}
        </span>
        {children.length > 0 && (
          <span class="dsp-quiet">
            {' '}
            {trans.__('(with all below: %1)', `${dollars(below.usd)}${below.partial ? '+' : ''}`)}
          </span>
        )}
      </Row>
      <Row name={trans.__('Time')}>{timeWords(agent, trans)}</Row>
      {agent.result !== null && (
        <Row name={trans.__('Result')}>
          <div class="dsp-about-text" tabIndex={0}>
            <ShownText text={agent.result} />
          </div>
        </Row>
      )}
    </dl>
  );
}

function Row({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="dsp-about-row">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function AgentLink({ store, id, alone }: { store: SessionStore; id: string; alone: boolean }) {
  const chat = useChat();
  const trans = useTrans();
  const agent = store.tables.agents.get(id)?.value;
  if (!agent) return <code>{handleOf(id)}</code>;
  return (
    <button
      type="button"
      class="dsp-thread-link"
      data-agent={id}
      title={trans.__('Show the thread of %1', agent.name)}
      onClick={() => (alone ? chat.openThread(id) : chat.showThread(id))}
    >
      <ShownText text={nameOf(agent)} />
    </button>
  );
}

function linked(ids: readonly string[], link: (id: string) => ComponentChildren): ComponentChildren {
  return ids.map((id, place) => (
    <span key={id}>
      {place > 0 && ', '}
      {link(id)}
    </span>
  ));
}

function ModelWords({ agent }: { agent: Agent }) {
  const trans = useTrans();
  const { model, model_pinned } = agent;
  if (model.demo) return <>{trans.__('demo, no language model')}</>;
  return (
    <>
      <span title={model.provider}>{model.id}</span>
      <span class="dsp-quiet">
        {model.key && ` · ${trans.__('key %1', model.key)}`}
        {model.effort && ` · ${trans.__('effort %1', effortWord(model.effort, trans))}`}
        {model_pinned && ` · ${trans.__('chosen by you')}`}
      </span>
    </>
  );
}

/** "read, write, run; summon agents" */
function permissionWords({ operations, summons }: Limits, trans: Translation): string {
  const files = operations.map(operation => operationWord(operation, trans));
  const agents = summons.map(kind => (kind === 'summon' ? trans.__('summon agents') : trans.__('start user agents')));
  return [...files, ...agents].join(', ') || trans.__('nothing but talk');
}

/** Where it is not the whole project. */
function WorksIn({ limits, session }: { limits: Limits; session: Session }) {
  const trans = useTrans();
  if (limits.root === session.project) return null;
  const inside = limits.root.startsWith(`${session.project}/`);
  return (
    <span title={limits.root}>
      {' '}
      {trans.__('in')} <ShownPath path={inside ? limits.root.slice(session.project.length + 1) : limits.root} />
    </span>
  );
}

function Skills({ skills }: { skills: readonly LoadedSkill[] }) {
  const trans = useTrans();
  if (!skills.length) return <span class="dsp-quiet">{trans.__('none')}</span>;
  return (
    <ul class="dsp-about-skills">
      {skills.map(skill => (
        <li key={skill.name}>
          <ShownText text={skill.name} /> <span class="dsp-quiet">{reasonWord(skill.why, trans)}</span>
        </li>
      ))}
    </ul>
  );
}

function timeWords({ created_at, ended_at }: Agent, trans: Translation): string {
  const began = trans.__('since %1', moment(created_at));
  if (!ended_at) return began;
  return trans.__('%1 to %2 (%3)', moment(created_at), moment(ended_at), elapsed(created_at, ended_at) ?? '');
}
