import type { Grant } from '../protocol';
import { askerIn, askerName } from './asker-words';
import { useChat, useTrans } from './context';
import { ago } from './format';
import { Prose } from './Prose';
import { operationWord, personOf } from './permission-words';
import { ShownPath } from './ShownText';

/** Leave in force, with the button that takes it back at once. */
export function GrantRow({ grant }: { grant: Grant }) {
  const chat = useChat();
  const trans = useTrans();
  const revoking = chat.permissionLog.revoking.value.get(grant.id);
  const revoked = revoking?.state === 'revoked' || grant.revoked_at !== null;
  const words = `${operationWord(grant.operation, trans)} ${grant.path}`;
  const always = grant.scope === 'always';
  const by = always && grant.granted_by ? personOf(grant.granted_by, chat.host.user?.value ?? null, trans) : null;
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
        <Scope grant={grant} />
        {by && <> · {by === trans.__('You') ? trans.__('given by you') : trans.__('given by %1', by)}</>}
        {grant.agent_id && <Asked grant={grant} agentId={grant.agent_id} />}
        {(by || !always) && (
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
        {!revoked && chat.mayApprove.value && (
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

/** How far it goes, and for always whether anybody is known to have given it or it was typed. */
function Scope({ grant }: { grant: Grant }) {
  const chat = useChat();
  const trans = useTrans();
  if (grant.scope === 'always') {
    if (grant.granted_by || !grant.place) return <>{trans.__('always (your dispatch.yaml)')}</>;
    return (
      <>
        {trans.__('always')} · {trans.__('from %1, line %2', 'dispatch.yaml', grant.place.line)}
      </>
    );
  }
  const here = !grant.agent_id || chat.store.value?.tables.agents.get(grant.agent_id);
  return <>{here ? trans.__('this session') : trans.__('another session')}</>;
}

function Asked({ grant, agentId }: { grant: Grant; agentId: string }) {
  const chat = useChat();
  const trans = useTrans();
  const here = chat.store.value?.tables.agents.get(agentId);
  const named = grant.scope === 'session' && here ? askerName(chat, agentId) : askerIn(chat, agentId, trans);
  return <> · {trans.__('asked by %1', named)}</>;
}
