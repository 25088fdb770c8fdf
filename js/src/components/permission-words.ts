import type { Translation } from '../host';
import type { Decision, Operation, Reach, Request, SandboxLevel, Scope } from '../protocol';
import type { Problem } from '../store/problem';
import { visibleName } from './shown-text';

/** From least to most. */
const SCOPES: readonly Scope[] = ['once', 'session', 'always'];

/** "Read outside the project?" */
export function headingOf(request: Request, trans: Translation): string {
  if (isSecret(request)) return trans.__('Reach a place of secrets?');
  if (request.reaches.every(isGuarded)) return trans.__('Write what is no ordinary file?');
  const operations = new Set(request.reaches.map(reach => reach.operation));
  const [only] = operations;
  if (operations.size !== 1 || !only) return trans.__('Reach outside the project?');
  return {
    read: trans.__('Read outside the project?'),
    write: trans.__('Write outside the project?'),
    execute: trans.__('Run something outside the project?')
  }[only];
}

/** "read" */
export function operationWord(operation: Operation, trans: Translation): string {
  return { read: trans.__('read'), write: trans.__('write'), execute: trans.__('run') }[operation];
}

/** "reading /etc", of what is or was allowed. */
export function doing(operation: Operation, path: string, trans: Translation): string {
  const seen = visibleName(path);
  return {
    read: trans.__('reading %1', seen),
    write: trans.__('reading and writing %1', seen),
    execute: trans.__('reading and running %1', seen)
  }[operation];
}

/** "writing /etc/x", of what was asked for and not allowed. */
function wanting(operation: Operation, path: string, trans: Translation): string {
  const seen = visibleName(path);
  return {
    read: trans.__('reading %1', seen),
    write: trans.__('writing %1', seen),
    execute: trans.__('running %1', seen)
  }[operation];
}

/** "read and write": what leave to do something allows. */
export function leaveWord(operation: Operation, trans: Translation): string {
  return { read: trans.__('read'), write: trans.__('read and write'), execute: trans.__('read and run') }[operation];
}

type Covered = Pick<Reach, 'operation' | 'covers' | 'is_file'>;

/** What leave beyond `once` would cover, one entry a folder and operation; none that lies in another one. */
export function coverage(reaches: readonly Reach[]): readonly Covered[] {
  const unlike = [...new Map(reaches.map(reach => [`${reach.operation} ${reach.covers}`, reach])).values()];
  return unlike.filter(one => !unlike.some(other => other !== one && includes(other, one)));
}

/** Nothing is below what is covered. */
export function isFilesOnly(covered: readonly Pick<Reach, 'is_file'>[]): boolean {
  return covered.every(({ is_file }) => is_file);
}

/** `write` and `execute` allow to read, too. */
function includes(wide: Covered, one: Covered): boolean {
  const folder = wide.covers.endsWith('/') ? wide.covers : `${wide.covers}/`;
  const below = one.covers === wide.covers || one.covers.startsWith(folder);
  return below && (one.operation === wide.operation || one.operation === 'read');
}

/** "/etc and /var/log" */
export function listed(parts: readonly string[], trans: Translation): string {
  if (parts.length < 2) return parts[0] ?? '';
  return trans.__('%1 and %2', parts.slice(0, -1).join(', '), parts.at(-1));
}

/** It reaches a place of secrets. */
export function isSecret({ reaches }: Pick<Request, 'reaches'>): boolean {
  return reaches.some(reach => reach.secret !== null);
}

/** It writes what others obey, as a git hook. */
export function isGuarded({ operation, guarded }: Pick<Reach, 'operation' | 'guarded'>): boolean {
  return operation === 'write' && guarded;
}

/** How far leave may go, from least to most; to a place of secrets never further than this once. */
export function offeredScopes(request: Request): readonly Scope[] {
  return SCOPES.filter(scope => request.scopes.includes(scope) && (scope === 'once' || !isSecret(request)));
}

/** What is written on the button. */
export function scopeWord(scope: Scope, trans: Translation): string {
  return { once: trans.__('Once'), session: trans.__('This session'), always: trans.__('Always') }[scope];
}

/** The answer that is offered first; of places of secrets none is. */
export function isFirstChoice(scope: Scope, request: Request): boolean {
  return scope === 'once' && !isSecret(request);
}

/** Why an answer did not count, and what to do. */
export function refusalWords(problem: Problem, status: number, trans: Translation): Pick<Problem, 'message' | 'hint'> {
  if (status !== 403) return problem;
  return {
    message: trans.__('You may look at this, but not answer it.'),
    hint: trans.__('Ask the owner of the server.')
  };
}

/** In place of the answers, for who may not give any. */
export function onlyWatching(trans: Translation): string {
  return trans.__('You may look at this, but not answer it: the owner of the server decides.');
}

/** What an answer would mean, in a sentence: the button itself is one word. */
export function scopeTitle(scope: Scope, request: Request, trans: Translation): string {
  if (scope === 'once') return trans.__('Allow it for this one call and nothing else');
  const covered = coverage(request.reaches);
  const what = listed(
    covered.map(({ operation, covers }) => doing(operation, covers, trans)),
    trans
  );
  if (isFilesOnly(covered))
    return scope === 'session'
      ? trans.__('Allow %1 for the rest of this session; you can revoke it', what)
      : trans.__('Allow %1 in every session; kept in your dispatch.yaml, you can revoke it', what);
  return scope === 'session'
    ? trans.__('Allow %1 and anything below for the rest of this session; you can revoke it', what)
    : trans.__('Allow %1 and anything below in every session; kept in your dispatch.yaml, you can revoke it', what);
}

/**
 * How a request ended, as a line of the thread; null while it is open.
 * @param most so many places are named, and how many there are more.
 */
export function endingOf(
  request: Request,
  user: string | null,
  trans: Translation,
  most = Number.POSITIVE_INFINITY
): string | null {
  if (request.kind !== 'permission' || request.status === 'open') return null;
  if (request.status === 'expired')
    return request.error?.code === 'expired' || !request.error
      ? trans.__('Expired: it was stopped before anybody answered; nothing was allowed')
      : trans.__('Expired: %1', request.error.message);
  const who = personOf(request.answered_by, user, trans);
  const what = (part: (reach: Reach) => string, say = doing) => {
    const all = [...new Set(request.reaches.map(reach => say(reach.operation, part(reach), trans)))];
    if (all.length <= most) return listed(all, trans);
    const named = all.slice(0, most - 1);
    return listed([...named, trans._n('1 more', '%1 more', all.length - named.length)], trans);
  };
  if (request.answer !== 'allow') {
    const line = trans.__(
      '%1 denied %2',
      who,
      what(reach => reach.path, wanting)
    );
    return request.note ? `${line}: “${request.note}”` : line;
  }
  if (request.answered_by === null)
    return trans.__(
      'Allowed by leave given meanwhile: %1',
      what(reach => reach.path)
    );
  switch (request.scope) {
    case 'session':
      return trans.__(
        '%1 allowed %2 for this session',
        who,
        what(reach => reach.covers)
      );
    case 'always':
      return trans.__(
        '%1 allowed %2 for always',
        who,
        what(reach => reach.covers)
      );
    default:
      return trans.__(
        '%1 allowed %2 once',
        who,
        what(reach => reach.path)
      );
  }
}

/** "You", or somebody else's name. `user` is who looks, null where the page does not know. */
export function personOf(name: string | null, user: string | null, trans: Translation): string {
  return !name || user === null || name === user ? trans.__('You') : name;
}

/** By which rule something was decided, in words. */
export function ruleWords({ rule, by }: Decision, user: string | null, trans: Translation): string {
  const who = personOf(by, user, trans);
  const words: Record<string, () => string> = {
    'person: once': () => trans.__('%1, once', who),
    'person: session': () => trans.__('%1, for this session', who),
    'person: always': () => trans.__('%1, for always', who),
    'person: deny': () => trans.__('denied by %1', who === trans.__('You') ? trans.__('you') : who),
    'session grant': () => trans.__('by leave for this session'),
    always: () => trans.__('by leave for always'),
    auto_allow: () => trans.__('by auto_allow in the settings'),
    expired: () => trans.__('nobody answered'),
    'not stored': () => trans.__('the answer could not be stored'),
    'put back': () => trans.__('changed by a command, and put back'),
    'changed by a command': () => trans.__('changed by a command, and could not be put back'),
    revoked: () => trans.__('revoked by %1', who === trans.__('You') ? trans.__('you') : who)
  };
  return words[rule]?.() ?? rule;
}

/** Why somebody or something ended a command: the server's words, but for the person's own name. */
export function whyWords(why: string, user: string | null, trans: Translation): string {
  return user !== null && why === `stopped by ${user}` ? trans.__('stopped by you') : why;
}

export interface LevelWords {
  readonly label: string;
  /** What it means for the person. */
  readonly meaning: string;
  readonly weak: boolean;
}

/** How well the agents' shell is confined. */
export function levelWords(level: SandboxLevel, trans: Translation): LevelWords {
  switch (level) {
    case 'kernel+live':
      return {
        label: trans.__('kernel+live'),
        meaning: trans.__(
          'The kernel confines what agents run. What it stops is asked of you while the command waits.'
        ),
        weak: false
      };
    case 'kernel':
      return {
        label: trans.__('kernel'),
        meaning: trans.__(
          'The kernel confines what agents run. What it stops is asked of you, then the command runs again.'
        ),
        weak: false
      };
    case 'parsed only':
      return {
        label: trans.__('parsed only'),
        meaning: trans.__('Commands are read before they start. Once they run, nothing holds them.'),
        weak: true
      };
    case 'none':
      return { label: trans.__('no shell'), meaning: trans.__('Agents cannot run shell commands.'), weak: false };
  }
}
