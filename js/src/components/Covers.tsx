import { Fragment } from 'preact';
import type { Translation } from '../host';
import type { Operation, Reach, Request } from '../protocol';
import { useTrans } from './context';
import { coverage, isFilesOnly, isGuarded, leaveWord, listed, offeredScopes } from './permission-words';
import { ShownPath } from './ShownText';

/** Should the list be too long to be seen whole, its beginning is. */
const MOST_FIRST: readonly Operation[] = ['execute', 'write', 'read'];

/** Stands in a sentence where a path is put. */
const PLACE = '\u0000';

/** “This session” and “Always” allow more than what is asked: how much more. It is never scrolled out of sight. */
export function Covers({ request, id }: { request: Request; id: string }) {
  const beyond = offeredScopes(request).filter(scope => scope !== 'once');
  return (
    <div class="dsp-small dsp-covers" id={id}>
      <WhyNotMore request={request} />
      {beyond.length > 0 && <Beyond scopes={beyond} reaches={request.reaches} />}
    </div>
  );
}

/** Which of several places keeps all of them from being allowed for longer: one answer decides all. */
function WhyNotMore({ request: { reaches, scopes } }: { request: Request }) {
  const trans = useTrans();
  if (scopes.includes('always')) return null;
  const secret = reaches.filter(reach => reach.secret !== null);
  const [delicate] = secret.length ? secret : reaches.filter(({ limit }) => limit === scopes.at(-1));
  if (!delicate) return null;
  const session = scopes.includes('session');
  if (reaches.length === 1) {
    if (session) return null; // the prompt says already that it is no ordinary file
    return (
      <p>
        {delicate.secret === null
          ? trans.__('This can only be allowed once.')
          : trans.__('A place of secrets is only ever allowed once.')}
      </p>
    );
  }
  const [before, after] = whyNotMore(delicate, session, trans).split(PLACE);
  return (
    <p>
      {before}
      <ShownPath path={delicate.path} />
      {after}
    </p>
  );
}

function whyNotMore(delicate: Reach, session: boolean, trans: Translation): string {
  if (session) return trans.__('Not always: %1 is no ordinary file.', PLACE);
  if (delicate.secret !== null) return trans.__('Only once: %1 is a place of secrets.', PLACE);
  if (isGuarded(delicate)) return trans.__('Only once: %1 is no ordinary file.', PLACE);
  return trans.__('Only once: %1 is too wide for more.', PLACE);
}

function Beyond({ scopes, reaches }: Pick<Request, 'scopes' | 'reaches'>) {
  const trans = useTrans();
  const names = scopes.map(scope => (scope === 'session' ? trans.__('“This session”') : trans.__('“Always”')));
  const buttons = listed(names, trans);
  const covered = coverage(reaches);
  const [only] = covered;
  if (only && covered.length === 1 && reaches.every(({ operation }) => operation === only.operation))
    return <OnePlace buttons={buttons} count={names.length} place={only} />;
  const operations = MOST_FIRST.filter(operation => covered.some(one => one.operation === operation));
  return (
    <>
      <p>
        {isFilesOnly(covered)
          ? trans._n('%2 covers:', '%2 cover:', names.length, buttons)
          : trans._n('%2 covers, with everything below:', '%2 cover, with everything below:', names.length, buttons)}
      </p>
      <ul>
        {operations.map(operation => (
          <Places
            key={operation}
            operation={operation}
            paths={covered.filter(one => one.operation === operation).map(({ covers }) => covers)}
          />
        ))}
      </ul>
    </>
  );
}

interface OnePlaceProps {
  readonly buttons: string;
  readonly count: number;
  readonly place: Pick<Reach, 'covers' | 'is_file'>;
}

function OnePlace({ buttons, count, place: { covers, is_file } }: OnePlaceProps) {
  const trans = useTrans();
  const words = is_file
    ? trans._n('%2 covers %3.', '%2 cover %3.', count, buttons, PLACE)
    : trans._n('%2 covers %3 and everything below.', '%2 cover %3 and everything below.', count, buttons, PLACE);
  const [before, after] = words.split(PLACE);
  return (
    <p>
      {before}
      <ShownPath path={covers} />
      {after}
    </p>
  );
}

function Places({ operation, paths }: { operation: Operation; paths: readonly string[] }) {
  const trans = useTrans();
  return (
    <li>
      {leaveWord(operation, trans)}{' '}
      {paths.map((path, place) => (
        <Fragment key={path}>
          {place > 0 && ', '}
          <ShownPath path={path} />
        </Fragment>
      ))}
    </li>
  );
}
