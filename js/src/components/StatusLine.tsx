import type { Chat } from '../store/chat';
import type { ConnectionState } from '../store/connection';
import { useChat, useTrans } from './context';
import { count, dollars, tokensLine, usageDetails } from './format';
import { Icon } from './Icon';

/** The state in words, and what it has cost so far. */
export function StatusLine() {
  const chat = useChat();
  const trans = useTrans();
  const agent = chat.agent.value;
  const { tone, words } = stateWords(chat.connectionState.value, chat);
  return (
    <div class="dsp-status">
      <span class={`dsp-state dsp-state-${tone}`} role="status" data-state={chat.connectionState.value.kind}>
        <span class="dsp-dot" aria-hidden="true" />
        <span class="dsp-state-words">{words}</span>
      </span>
      {chat.connectionState.value.kind === 'reconnecting' && (
        <button type="button" class="dsp-link" onClick={() => chat.reconnect()}>
          {trans.__('Try now')}
        </button>
      )}
      {agent && (
        <span class="dsp-usage" title={usageDetails(agent.usage, agent.context_tokens, trans)}>
          {agent.context_tokens > 0 && (
            <span class="dsp-context">{trans.__('context %1', count(agent.context_tokens))} · </span>
          )}
          <span class="dsp-tokens">{tokensLine(agent.usage, trans)}</span>
          {agent.usage.cost_usd ? (
            <span class="dsp-cost">
              <span class="dsp-context"> · </span>
              {dollars(agent.usage.cost_usd)}
            </span>
          ) : null}
        </span>
      )}
      <LogButton />
    </div>
  );
}

/** The way to the permission log, with how much leave is in force. */
function LogButton() {
  const chat = useChat();
  const trans = useTrans();
  const log = chat.permissionLog;
  const inForce = log.inForce.value;
  const words = inForce
    ? trans.__('Permission log (leave in force: %1)', inForce)
    : trans.__('Permission log (no leave in force)');
  return (
    <button
      type="button"
      class="dsp-icon-button dsp-log-button"
      aria-pressed={log.shown.value}
      aria-label={words}
      title={words}
      onClick={() => chat.showPermissionLog(!log.shown.peek())}
    >
      <Icon name="shield" />
      {inForce > 0 && <span>{inForce}</span>}
    </button>
  );
}

type Tone = 'live' | 'busy' | 'wait' | 'off';

function stateWords(state: ConnectionState, chat: Chat): { tone: Tone; words: string } {
  const { trans } = chat.host;
  switch (state.kind) {
    case 'connecting':
      return { tone: 'wait', words: trans.__('Connecting…') };
    case 'reconnecting':
      return { tone: 'wait', words: state.offline ? trans.__('You are offline') : trans.__('Reconnecting…') };
    case 'closed':
      return { tone: 'off', words: trans.__('Not connected') };
    case 'live':
      return agentWords(chat);
  }
}

function agentWords(chat: Chat): { tone: Tone; words: string } {
  const { trans } = chat.host;
  // of a command in the background, perhaps, whose agent has ended its turn
  if (chat.store.value?.open.value.length) return { tone: 'wait', words: trans.__('Waits for you') };
  switch (chat.agent.value?.status) {
    case 'running':
      return { tone: 'busy', words: trans.__('Working') };
    case 'waiting':
      return {
        tone: 'wait',
        words: chat.agent.value.waiting_on === 'children' ? trans.__('Waits for its agents') : trans.__('Waits for you')
      };
    case 'waiting_for_key':
      return { tone: 'wait', words: trans.__('Waiting for a key') };
    default:
      return { tone: 'live', words: trans.__('Connected') };
  }
}
