import type { Translation } from '../../host';
import type { Agent, ToolCall } from '../../protocol';
import { agentBy, type HasAgents, nameOf } from '../agent-words';
import { type Arguments, argumentsOf, type Tense, tenseOf } from '../call-words';
import { excerpt, plain } from '../excerpt';

/** Tools that are about other agents, or about people. Sessions of before name two of them otherwise. */
const PEER_TOOLS: Readonly<Record<string, PeerTool>> = {
  summon: 'summon',
  retrieve: 'retrieve',
  agent_status: 'agent_status',
  send_to_agent: 'send_to_agent',
  send_to_tab: 'send_to_agent',
  read_agent: 'read_agent',
  read_tab: 'read_agent',
  ask_user: 'ask_user',
  report: 'report'
};

export type PeerTool = 'summon' | 'retrieve' | 'agent_status' | 'send_to_agent' | 'read_agent' | 'ask_user' | 'report';

/** What a call to another agent says in its line: "Summoned" "researcher ab12" "Find out how…". */
export interface PeerWords {
  readonly verb: string;
  /** The name of the agent where it is known, else what the call named. */
  readonly who: string;
  /** What was said, asked or wanted. */
  readonly what: string;
}

/** Which of these tools a call is of; null for all others. */
export function peerTool(name: string): PeerTool | null {
  return Object.hasOwn(PEER_TOOLS, name) ? (PEER_TOOLS[name] ?? null) : null;
}

export function peerWords(call: ToolCall, tool: PeerTool, peer: Agent | undefined, trans: Translation): PeerWords {
  const args = argumentsOf(call);
  const who = peer ? nameOf(peer) : namedBy(args, tool);
  return {
    verb: verbOf(tool, tool === 'summon' && peer && call.status === 'failed' ? 'done' : tenseOf(call), trans),
    who: who || anyOne(tool, trans),
    what: excerpt(plain(saidBy(args, tool)), 200)
  };
}

function verbOf(tool: PeerTool, tense: Tense, trans: Translation): string {
  switch (tool) {
    case 'summon':
      return { doing: trans.__('Summons'), done: trans.__('Summoned'), failed: trans.__('Could not summon') }[tense];
    case 'retrieve':
      return {
        doing: trans.__('Waits for the result of'),
        done: trans.__('Asked for the result of'),
        failed: trans.__('No result of')
      }[tense];
    case 'agent_status':
      return { doing: trans.__('Looking at'), done: trans.__('Looked at'), failed: trans.__('Could not see') }[tense];
    case 'send_to_agent':
      return { doing: trans.__('Writing to'), done: trans.__('Wrote to'), failed: trans.__('Could not write to') }[
        tense
      ];
    case 'read_agent':
      return {
        doing: trans.__('Reading the thread of'),
        done: trans.__('Read the thread of'),
        failed: trans.__('Could not read the thread of')
      }[tense];
    case 'ask_user':
      return { doing: trans.__('Asks you'), done: trans.__('Asked you'), failed: trans.__('Could not ask') }[tense];
    case 'report':
      return { doing: trans.__('Reporting'), done: trans.__('Reported'), failed: trans.__('Could not report') }[tense];
  }
}

function anyOne(tool: PeerTool, trans: Translation): string {
  return tool === 'agent_status' ? trans.__('its agents') : '';
}

/** What the call itself calls the agent. Models know it by several names, and all of them are taken. */
function namedBy(args: Arguments, tool: PeerTool): string {
  if (tool === 'ask_user' || tool === 'report') return '';
  const names = tool === 'summon' ? ['agent'] : ['agent', 'agent_id', 'id', 'handle', 'tab_id', 'job_id'];
  return textOf(names.map(name => args[name]).find(value => textOf(value)));
}

function saidBy(args: Arguments, tool: PeerTool): string {
  switch (tool) {
    case 'summon':
      return textOf(args.task);
    case 'send_to_agent':
      return textOf(args.message) || textOf(args.text);
    case 'ask_user':
      return textOf(args.question);
    case 'report':
      return textOf(args.result);
    default:
      return '';
  }
}

/** The agent a call is about. */
export function peerOf(call: ToolCall, tool: PeerTool, store: HasAgents): Agent | undefined {
  if (tool === 'ask_user' || tool === 'report') return undefined;
  if (tool !== 'summon') {
    const reference = namedBy(argumentsOf(call), tool);
    return reference ? agentBy(store, reference) : undefined;
  }
  return call.child_id ? store.tables.agents.get(call.child_id)?.value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
