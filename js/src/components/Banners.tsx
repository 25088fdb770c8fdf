import type { ComponentChildren } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Status } from '../protocol';
import { useChat, useTrans } from './context';
import { Icon } from './Icon';
import { ProblemsBanner } from './ProblemsBanner';
import { Prose } from './Prose';
import { TrustBanner } from './TrustBanner';

/** What is wrong with the settings, what waits for an answer, then what weakens the guard here, said once a session. */
export function Banners() {
  const chat = useChat();
  const status = chat.status.value;
  return (
    <div class="dsp-banners">
      <ProblemsBanner />
      <TrustBanner />
      {status && <GuardBanners status={status} />}
    </div>
  );
}

function GuardBanners({ status }: { status: Status }) {
  const trans = useTrans();
  return (
    <>
      {!status.auth_enabled && (
        <Banner name="auth">
          <strong>{trans.__('This server asks nobody to sign in.')}</strong>{' '}
          {trans.__('Whoever reaches its port can allow things in your name.')}
        </Banner>
      )}
      {status.sandbox === 'parsed only' && (
        <Banner name="level">
          <strong>{trans.__('Commands are not confined here.')}</strong>{' '}
          {trans.__('They are read before they start; once they run, nothing holds them.')}
          {status.sandbox_reason && (
            <span class="dsp-quiet">
              <Prose text={status.sandbox_reason} />
            </span>
          )}
        </Banner>
      )}
      {status.warnings.map(warning => (
        <Banner key={warning.code} name={warning.code} always>
          <Prose text={warning.message} />
          {warning.hint && (
            <span class="dsp-quiet">
              <Prose text={warning.hint} />
            </span>
          )}
        </Banner>
      ))}
    </>
  );
}

/** Dismissed for the session, or, with `always`, for all of them. */
function Banner({ name, always, children }: { name: string; always?: boolean; children: ComponentChildren }) {
  const chat = useChat();
  const trans = useTrans();
  const session = chat.sessionId.value;
  const key = always ? name : `${name}:${session ?? 'new'}`;
  useLayoutEffect(() => {
    // what was dismissed before the first message stays so in the session that this message made
    if (!always && session !== null && session === chat.begun) chat.dismissals.move(`${name}:new`, key);
  }, [always, session, name, key, chat]);
  if (chat.dismissals.has(key)) return null;
  return (
    <div class="dsp-banner" role="note" data-banner={name}>
      <div>{children}</div>
      <button
        type="button"
        class="dsp-icon-button"
        title={trans.__('Dismiss')}
        aria-label={trans.__('Dismiss')}
        onClick={() => chat.dismissals.add(key)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
