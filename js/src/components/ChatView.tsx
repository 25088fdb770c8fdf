import type { Chat } from '../store/chat';
import { Announcer } from './Announcer';
import { Banners } from './Banners';
import { Composer } from './Composer';
import { ChatContext, useChat, useTrans } from './context';
import { EmptyState } from './EmptyState';
import { ErrorCard } from './ErrorCard';
import { MessageList } from './MessageList';
import { PermissionLogView } from './PermissionLogView';
import { PermissionPrompts } from './PermissionPrompts';
import { QueuedMessages } from './QueuedMessages';
import { SessionHeader } from './SessionHeader';
import { StatusLine } from './StatusLine';
import { Jobs } from './shell/Jobs';

/** The whole chat, in whatever box it is put. */
export function ChatView({ chat }: { chat: Chat }) {
  return (
    <ChatContext.Provider value={chat}>
      <section
        class="dsp-chat"
        aria-label={chat.host.trans.__('Dispatch chat')}
        data-session={chat.sessionId.value ?? ''}
      >
        <SessionHeader />
        <Banners />
        {chat.permissionLog.shown.value ? <PermissionLogView /> : <Body />}
        <footer class="dsp-footer">
          <CommandProblem />
          {chat.store.value && <PermissionPrompts key={chat.sessionId.value} store={chat.store.value} />}
          {chat.store.value && <Jobs key={`jobs-${chat.sessionId.value}`} store={chat.store.value} />}
          {chat.store.value && <QueuedMessages store={chat.store.value} />}
          {!chat.permissionLog.shown.value && <Composer />}
          <StatusLine />
        </footer>
      </section>
    </ChatContext.Provider>
  );
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
