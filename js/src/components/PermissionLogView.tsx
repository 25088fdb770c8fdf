import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Decision, Grant } from '../protocol';
import { useChat, useTrans } from './context';
import { DecisionRow } from './DecisionRow';
import { ErrorCard } from './ErrorCard';
import { GrantRow } from './GrantRow';
import { Icon } from './Icon';
import { type LogScope, useFilter } from './log-filter';

/** Rows in the page; more are one click away. */
const PAGE = 100;

/** What was allowed and denied outside the project, and the leave in force, which can be taken back here. */
export function PermissionLogView() {
  const chat = useChat();
  const trans = useTrans();
  const log = chat.permissionLog;
  const scope = useSignal<LogScope>('all');
  const words = useSignal('');
  const limit = useSignal(PAGE);
  const box = useRef<HTMLElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const { grants, lines } = useFilter(scope, words);
  useLayoutEffect(() => {
    const section = box.current;
    section?.focus();
    return () => {
      const around = section?.closest('.dsp-chat');
      if (section?.contains(document.activeElement)) around?.querySelector<HTMLElement>('.dsp-log-button')?.focus();
    };
  }, []);
  useEffect(() => {
    if (rows.current) rows.current.scrollTop = 0; // what is looked for begins at the top
  }, [scope.value, words.value]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    log.show(false);
  };
  return (
    <section class="dsp-log" aria-label={trans.__('Permission log')} tabIndex={-1} ref={box} onKeyDown={onKeyDown}>
      <div class="dsp-log-head">
        <button
          type="button"
          class="dsp-icon-button"
          title={trans.__('Back to the conversation')}
          aria-label={trans.__('Back to the conversation')}
          onClick={() => log.show(false)}
        >
          <Icon name="back" />
        </button>
        <h3>{trans.__('Permissions')}</h3>
        <label class="dsp-log-everywhere">
          <input
            type="checkbox"
            role="switch"
            checked={log.everywhere.value}
            aria-checked={log.everywhere.value}
            onChange={event => log.showEverywhere(event.currentTarget.checked)}
          />
          {trans.__('All sessions')}
        </label>
        <Filters scope={scope.value} onScope={next => (scope.value = next)} />
        <input
          type="search"
          class="dsp-field dsp-log-search"
          value={words.value}
          aria-label={trans.__('Search the permission log')}
          placeholder={trans.__('Search')}
          onInput={event => {
            words.value = event.currentTarget.value;
          }}
        />
      </div>
      <div
        class={`dsp-log-rows ${log.everywhere.value ? 'dsp-log-all' : ''}`}
        ref={rows}
        role="region"
        aria-label={trans.__('Entries')}
        tabIndex={0}
        aria-busy={log.loading.value}
      >
        {log.problems.value.map(problem => (
          <ErrorCard key={problem.message} problem={problem}>
            <button type="button" class="dsp-button" onClick={() => void log.refresh()}>
              {trans.__('Try again')}
            </button>
          </ErrorCard>
        ))}
        <Grants grants={grants.value} shown={scope.value === 'all' || scope.value === 'force'} />
        {scope.value !== 'force' && (
          <Lines
            lines={lines.value}
            limit={limit.value}
            onMore={() => (limit.value += PAGE)}
            total={log.lines.value.length}
          />
        )}
        {scope.value !== 'force' && lines.value.length <= limit.value && (
          <Behind searching={words.value.trim() !== ''} />
        )}
        <Nothing grants={grants.value} lines={lines.value} scope={scope.value} filtered={words.value.trim() !== ''} />
      </div>
    </section>
  );
}

function Filters({ scope, onScope }: { scope: LogScope; onScope: (scope: LogScope) => void }) {
  const trans = useTrans();
  const words: Record<LogScope, string> = {
    all: trans.__('All'),
    allowed: trans.__('Allowed'),
    denied: trans.__('Denied'),
    force: trans.__('In force')
  };
  return (
    <div class="dsp-filters" role="group" aria-label={trans.__('Show')}>
      {(Object.keys(words) as LogScope[]).map(name => (
        <button key={name} type="button" class="dsp-filter" aria-pressed={scope === name} onClick={() => onScope(name)}>
          {words[name]}
        </button>
      ))}
    </div>
  );
}

function Grants({ grants, shown }: { grants: readonly Grant[]; shown: boolean }) {
  const chat = useChat();
  const trans = useTrans();
  if (!shown || !grants.length) return null;
  return (
    <>
      <h4>{trans.__('In force')}</h4>
      {!chat.mayApprove.value && (
        <p class="dsp-small">{trans.__('You may look at this: only the owner of the server takes it back.')}</p>
      )}
      <ul class="dsp-rows" aria-label={trans.__('In force')}>
        {grants.map(grant => (
          <GrantRow key={grant.id} grant={grant} />
        ))}
      </ul>
    </>
  );
}

interface LinesProps {
  readonly lines: readonly Decision[];
  readonly limit: number;
  readonly onMore: () => void;
  /** As many there are without the filter. */
  readonly total: number;
}

function Lines({ lines, limit, onMore, total }: LinesProps) {
  const trans = useTrans();
  if (!lines.length) return null;
  const count = lines.length === total ? total : trans.__('%1 of %2', lines.length, total);
  return (
    <>
      <h4>
        {trans.__('Log')} <span class="dsp-count">{count}</span>
      </h4>
      <ul class="dsp-rows" aria-label={trans.__('Log')}>
        {lines.slice(0, limit).map(line => (
          <DecisionRow key={line.id} line={line} />
        ))}
      </ul>
      {lines.length > limit && (
        <button type="button" class="dsp-button dsp-earlier" onClick={onMore}>
          {trans.__('Show earlier (%1)', lines.length - limit)}
        </button>
      )}
    </>
  );
}

/** Of all sessions: what the server has beyond what is here, or did not look into. */
function Behind({ searching }: { searching: boolean }) {
  const { permissionLog: log } = useChat();
  const trans = useTrans();
  const { earlier, leftOut, lines } = log.history;
  if (!log.everywhere.value) return null;
  return (
    <>
      {searching && earlier.value > 0 && (
        <p class="dsp-quiet">{trans.__('Only the newest %1 entries were searched.', lines.value.length)}</p>
      )}
      {earlier.value > 0 && (
        <button
          type="button"
          class="dsp-button dsp-earlier"
          aria-busy={log.loading.value}
          onClick={() => !log.loading.value && void log.earlier()}
        >
          {trans.__('Load earlier (%1)', earlier.value)}
        </button>
      )}
      {leftOut.value > 0 && (
        <p class="dsp-quiet">
          {trans._n('1 older session was not looked into.', '%1 older sessions were not looked into.', leftOut.value)}
        </p>
      )}
    </>
  );
}

interface NothingProps {
  readonly grants: readonly Grant[];
  readonly lines: readonly Decision[];
  readonly scope: LogScope;
  readonly filtered: boolean;
}

/** Why there is nothing to see, and what will be here. */
function Nothing({ grants, lines, scope, filtered }: NothingProps) {
  const { permissionLog: log } = useChat();
  const trans = useTrans();
  const some = { all: grants.length + lines.length, force: grants.length, allowed: lines.length, denied: lines.length };
  if (some[scope] || log.problems.value.length) return null;
  if (log.loading.value) return <p class="dsp-quiet">{trans.__('Loading…')}</p>;
  if (filtered || (scope !== 'all' && (log.lines.value.length || log.grants.value.length)))
    return <p class="dsp-quiet">{trans.__('Nothing matches.')}</p>;
  return (
    <p class="dsp-quiet">
      {trans.__(
        'Nothing yet. When an agent reaches outside the project, it appears here: what it wanted, what was allowed or denied, by whom and by which rule. Leave that is in force can be revoked here.'
      )}
    </p>
  );
}
