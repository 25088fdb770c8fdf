import type { Chat } from '../../store/chat';
import { ChatContext } from '../context';
import { ErrorCard } from '../ErrorCard';
import { Flash } from '../Flash';
import { ProblemsBanner } from '../ProblemsBanner';
import { TrustBanner } from '../TrustBanner';
import { SettingsView } from './SettingsView';

/** The settings in a tab of their own; what is loaded by hand there is for the agent of the session it knows. */
export function SettingsPage({ chat }: { chat: Chat }) {
  const { trans } = chat.host;
  const problem = chat.problem.value;
  return (
    <ChatContext.Provider value={chat}>
      <section class="dsp-chat dsp-settings-page" aria-label={trans.__('Dispatch settings')}>
        <div class="dsp-banners">
          <ProblemsBanner />
          <TrustBanner />
        </div>
        <SettingsView section={chat.setup.section.value ?? 'agents'} />
        <Flash />
        {problem && (
          <footer class="dsp-footer">
            <ErrorCard problem={problem} onDismiss={() => chat.dismissProblem()} />
          </footer>
        )}
      </section>
    </ChatContext.Provider>
  );
}
