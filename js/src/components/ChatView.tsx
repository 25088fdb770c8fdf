import { type ComponentChildren, Fragment } from 'preact';
import type { Chat } from '../store/chat';
import { Announcer } from './Announcer';
import { Banners } from './Banners';
import { Composer } from './Composer';
import { ChatContext, useChat, useTrans } from './context';
import { EmptyState } from './EmptyState';
import { ErrorCard } from './ErrorCard';
import { Flash } from './Flash';
import { MessageList } from './MessageList';
import { PermissionLogView } from './PermissionLogView';
import { Prompts } from './Prompts';
import { QueuedMessages } from './QueuedMessages';
import { SessionHeader } from './SessionHeader';
import { StatusLine } from './StatusLine';
import { SettingsView } from './settings/SettingsView';
import { Jobs } from './shell/Jobs';
import { TaskList } from './TaskList';
import { ThreadEnded } from './ThreadEnded';
import { ThreadSwitch } from './ThreadSwitch';
import { AgentsPane, AgentsSection } from './tree/AgentsSection';
import { ThreadHead } from './tree/ThreadHead';
import { WaitBanner } from './WaitBanner';

/** The whole chat, in whatever box it is put. */
export function ChatView({ chat }: { chat: Chat }) {
  return (
    <Frame chat={chat} label={chat.host.trans.__('Dispatch chat')}>
      <SessionHeader />
      <ThreadSwitch />
      <Banners />
      <AgentsSection />
      <Conversation />
    </Frame>
  );
}

/** The thread of one agent for itself. */
export function ThreadView({ chat }: { chat: Chat }) {
  const store = chat.store.value;
  return (
    <Frame chat={chat} label={chat.host.trans.__('Thread of an agent')}>
      {store && <ThreadHead store={store} alone />}
      <Conversation />
    </Frame>
  );
}

/** The tree of a session's agents, and beside it the thread of the one that is picked. */
export function AgentsView({ chat }: { chat: Chat }) {
  return (
    <Frame chat={chat} label={chat.host.trans.__('Agents')}>
      <SessionHeader ofAgents />
      <div class="dsp-split">
        <AgentsPane />
        <div class="dsp-split-thread">
          {chat.store.value && <ThreadHead store={chat.store.value} />}
          <Conversation />
        </div>
      </div>
    </Frame>
  );
}

function Frame({ chat, label, children }: { chat: Chat; label: string; children: ComponentChildren }) {
  return (
    <ChatContext.Provider value={chat}>
      <section
        class="dsp-chat"
        aria-label={label}
        data-session={chat.sessionId.value ?? ''}
        data-agent={chat.agentId.value ?? ''}
      >
        {children}
      </section>
    </ChatContext.Provider>
  );
}

/** What the person looks at, and below it where they write and what waits for them. */
function Conversation() {
  const chat = useChat();
  const elsewhere = chat.permissionLog.shown.value || chat.setup.section.value !== null;
  return (
    <>
      <Main />
      <footer class="dsp-footer">
        <CommandProblem />
        <OfSession elsewhere={elsewhere} />
        {!elsewhere && <Foot />}
        <Flash />
        <StatusLine />
      </footer>
    </>
  );
}

/**
 * What of the session stays in sight. One component, whatever is in it: the composer after it is never moved in the
 * page, and so never loses the focus.
 */
function OfSession({ elsewhere }: { elsewhere: boolean }) {
  const chat = useChat();
  const store = chat.store.value;
  if (!store) return null;
  return (
    <Fragment key={chat.sessionId.value}>
      <Prompts store={store} />
      {!elsewhere && <WaitBanner />}
      <Jobs store={store} />
      <QueuedMessages store={store} />
      {!elsewhere && <TaskList store={store} />}
    </Fragment>
  );
}

/** Where the person writes, or, where the agent has ended, that nothing can be said to it any more. */
function Foot() {
  const chat = useChat();
  const store = chat.store.value;
  const agent = chat.agent.value;
  if (!store?.closed.value || !agent) return <Composer />;
  const parent = store.tables.agents.get(agent.parent_id ?? '')?.value ?? null;
  return <ThreadEnded agent={agent} parent={parent} onParent={parent ? () => chat.openThread(parent.id) : null} />;
}

/** What the person looks at: the conversation, or what they have opened in its place. */
function Main() {
  const { permissionLog, setup } = useChat();
  if (setup.section.value) return <SettingsView section={setup.section.value} />;
  return permissionLog.shown.value ? <PermissionLogView /> : <Body />;
}

function Body() {
  const chat = useChat();
  const trans = useTrans();
  const store = chat.store.value;
  const state = chat.connectionState.value;
  if (state.kind === 'closed' && state.problem)
    return (
      <div class="dsp-list">
        <div class="dsp-scroller">
          <div class="dsp-content">
            <ErrorCard problem={state.problem}>
              <button type="button" class="dsp-button" onClick={() => chat.reconnect()}>
                {trans.__('Try again')}
              </button>
              {chat.agentId.value === null && (
                <button type="button" class="dsp-button" onClick={() => chat.open(null)}>
                  {trans.__('New session')}
                </button>
              )}
            </ErrorCard>
          </div>
        </div>
      </div>
    );
  if (chat.blank.value) return <EmptyState />;
  if (!store) return <p class="dsp-list dsp-wait">{trans.__('Loading…')}</p>;
  const thread = `${chat.sessionId.value} ${chat.agentId.value ?? ''}`;
  return (
    <>
      <MessageList key={thread} store={store} />
      <Announcer key={`said-${thread}`} store={store} />
    </>
  );
}

/** The last command that failed, next to where it was given. */
function CommandProblem() {
  const chat = useChat();
  const problem = chat.problem.value;
  if (!problem) return null;
  return <ErrorCard problem={problem} onDismiss={() => chat.dismissProblem()} />;
}
