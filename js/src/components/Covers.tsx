import { Fragment } from 'preact';
import type { Operation, Request } from '../protocol';
import { useTrans } from './context';
import { coverage, leaveWord, listed } from './permission-words';
import { ShownPath } from './ShownText';

/** Should the list be too long to be seen whole, its beginning is. */
const MOST_FIRST: readonly Operation[] = ['execute', 'write', 'read'];

/** Stands in a sentence where a path is put. */
const PLACE = '\u0000';

/** “This session” and “Always” allow more than what is asked: how much more. It is never scrolled out of sight. */
export function Covers({ request, id }: { request: Request; id: string }) {
  const trans = useTrans();
  const secret = request.reaches.some(reach => reach.secret !== null);
  const beyond = request.scopes.filter(scope => scope !== 'once');
  return (
    <div class="dsp-small dsp-covers" id={id}>
      {secret && trans.__('A place of secrets is only ever allowed once.')}
      {!secret && !beyond.length && trans.__('This can only be allowed once.')}
      {!secret && beyond.length > 0 && <Beyond scopes={beyond} reaches={request.reaches} />}
    </div>
  );
}

function Beyond({ scopes, reaches }: Pick<Request, 'scopes' | 'reaches'>) {
  const trans = useTrans();
  const names = scopes.map(scope => (scope === 'session' ? trans.__('“This session”') : trans.__('“Always”')));
  const buttons = listed(names, trans);
  const covered = coverage(reaches);
  const [only] = covered;
  if (only && covered.length === 1 && reaches.every(({ operation }) => operation === only.operation))
    return <OnePlace buttons={buttons} count={names.length} path={only.covers} />;
  const operations = MOST_FIRST.filter(operation => covered.some(one => one.operation === operation));
  return (
    <>
      <p>{trans._n('%2 covers, with everything below:', '%2 cover, with everything below:', names.length, buttons)}</p>
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

function OnePlace({ buttons, count, path }: { buttons: string; count: number; path: string }) {
  const trans = useTrans();
  const [before, after] = trans
    ._n('%2 covers %3 and everything below.', '%2 cover %3 and everything below.', count, buttons, PLACE)
    .split(PLACE);
  return (
    <p>
      {before}
      <ShownPath path={path} />
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
