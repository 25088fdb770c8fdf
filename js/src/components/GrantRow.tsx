import type { Grant } from '../protocol';
import { agentPath } from './agent-words';
import { useChat, useTrans } from './context';
import { ago } from './format';
import { Prose } from './Prose';
import { operationWord } from './permission-words';
import { ShownPath } from './ShownText';

/** Leave in force, with the button that takes it back at once. */
export function GrantRow({ grant }: { grant: Grant }) {
  const chat = useChat();
  const trans = useTrans();
  const store = chat.store.value;
  const revoking = chat.permissionLog.revoking.value.get(grant.id);
  const revoked = revoking?.state === 'revoked' || grant.revoked_at !== null;
  const words = `${operationWord(grant.operation, trans)} ${grant.path}`;
  const who = store && grant.agent_id ? agentPath(store, grant.agent_id) : null;
  return (
    <li class={`dsp-log-row dsp-grant ${revoked ? 'dsp-revoked' : ''}`} data-grant={grant.id}>
      <span class="dsp-log-what">
        <span class="dsp-operation">{operationWord(grant.operation, trans)}</span>{' '}
        <span title={grant.path}>
          <ShownPath path={grant.path} />
        </span>{' '}
        <span class="dsp-operation">{trans.__('and below')}</span>
      </span>
      <span class="dsp-log-about">
        {grant.scope === 'always' ? trans.__('always (your dispatch.yaml)') : trans.__('this session')}
        {who && <> · {trans.__('asked by %1', who)}</>}
        {grant.scope === 'session' && (
          <>
            {' '}
            ·{' '}
            <time dateTime={grant.created_at} title={new Date(grant.created_at).toLocaleString()}>
              {ago(grant.created_at, trans)}
            </time>
          </>
        )}
      </span>
      <span class="dsp-log-action">
        {!revoked && (
          <button
            type="button"
            class="dsp-button"
            aria-disabled={revoking?.state === 'asked'}
            aria-busy={revoking?.state === 'asked'}
            aria-label={trans.__('Revoke: %1', words)}
            title={trans.__('Take it back at once; any command that is using it is stopped')}
            onClick={() => void chat.permissionLog.revoke(grant.id)}
          >
            {trans.__('Revoke')}
          </button>
        )}
        <span role="status" class="dsp-small">
          {revoked && trans.__('Revoked. Any command that was using it has been stopped.')}
          {revoking?.state === 'failed' && (
            <span class="dsp-bad">
              <Prose text={revoking.problem.message} />
            </span>
          )}
        </span>
      </span>
    </li>
  );
}
