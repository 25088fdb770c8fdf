import { Fragment } from 'preact';
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
import { PermissionPrompts } from './PermissionPrompts';
import { QueuedMessages } from './QueuedMessages';
import { SessionHeader } from './SessionHeader';
import { StatusLine } from './StatusLine';
import { SettingsView } from './settings/SettingsView';
import { Jobs } from './shell/Jobs';
import { TaskList } from './TaskList';
import { WaitBanner } from './WaitBanner';

/** The whole chat, in whatever box it is put. */
export function ChatView({ chat }: { chat: Chat }) {
  const elsewhere = chat.permissionLog.shown.value || chat.setup.section.value !== null;
  return (
    <ChatContext.Provider value={chat}>
      <section
        class="dsp-chat"
        aria-label={chat.host.trans.__('Dispatch chat')}
        data-session={chat.sessionId.value ?? ''}
      >
        <SessionHeader />
        <Banners />
        <Flash />
        <Main />
        <footer class="dsp-footer">
          <CommandProblem />
          <OfSession elsewhere={elsewhere} />
          {!elsewhere && <Composer />}
          <StatusLine />
        </footer>
      </section>
    </ChatContext.Provider>
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
      <PermissionPrompts store={store} />
      {!elsewhere && <WaitBanner />}
      <Jobs store={store} />
      <QueuedMessages store={store} />
      {!elsewhere && <TaskList store={store} />}
    </Fragment>
  );
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
              <button type="button" class="dsp-button" onClick={() => chat.open(null)}>
                {trans.__('New session')}
              </button>
            </ErrorCard>
          </div>
        </div>
      </div>
    );
  if (chat.blank.value) return <EmptyState />;
  if (!store) return <p class="dsp-list dsp-wait">{trans.__('Loading…')}</p>;
  return (
    <>
      <MessageList key={chat.sessionId.value} store={store} />
      <Announcer key={`said-${chat.sessionId.value}`} store={store} />
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
