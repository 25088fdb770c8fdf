import { excerpt, plain } from '../../components/excerpt';
import { coverage, isFilesOnly, listed, offeredScopes } from '../../components/permission-words';
import { visible, visibleName } from '../../components/shown-text';
import type { Translation } from '../../host';
import type { Request } from '../../protocol';
import { handleOf } from '../../store/agent-ids';

/** JupyterLab cuts what a notification says after so many UTF-16 code units. */
export const SHOWN_CHARS = 140;
/** So much of a question or a command is said at most; the prompt has all of it. */
const MOST_CHARS = 200;
/** Letters that run from right to left turn what is around them, and nothing in a notification holds them apart. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** A page shows these as one space; and these quotes are those of our own words. */
const MISREAD = /[\n\r\t“”]| {2}|^ | $/;
/** What a path is made of that cannot be taken for words of ours, wherever its line ends. */
const ORDINARY = /^[\p{L}\p{M}\p{N} /\\._~+@:,=()%#&-]+$/u;

export interface Said {
  readonly text: string;
  /** All that one decides by stands in it, and JupyterLab shows it as it is: who has seen it knows what is asked. */
  readonly whole: boolean;
}

/**
 * What a notification says: who asks for what, what leave for more than once would cover, and by which command.
 * @param who by those it works for ("dispatch › planner ab12"); null as long as it is not known.
 * @param waiting how many requests wait, this one among them.
 */
export function saidOf(first: Request, who: string | null, waiting: number, trans: Translation): Said {
  const place = waiting > 1 ? `${trans.__('1 of %1', waiting)} · ` : '';
  const text = [place + sentenceOf(first, who, trans), ...detailsOf(first, trans)].join('\n');
  return { text, whole: text.length <= SHOWN_CHARS && isPlain(first) };
}

/** Of a permission, the server's own sentence names who wants it, and for whom. */
function sentenceOf({ kind, question, agent_id }: Request, who: string | null, trans: Translation): string {
  if (kind !== 'question') return visible(question);
  const name = who ?? trans.__('Agent %1', handleOf(agent_id));
  return trans.__('%1 asks you: %2', name, excerpt(plain(question), MOST_CHARS));
}

function detailsOf(request: Request, trans: Translation): string[] {
  if (request.kind === 'question') return [];
  const { reaches, command } = request;
  const notes = reaches.flatMap(({ secret, caution }) => [
    ...(secret === null ? [] : [trans.__('Kept here: %1', secret)]),
    ...(caution === null ? [] : [caution])
  ]);
  const places = coverage(reaches);
  const covered = listed([...new Set(places.map(({ covers }) => visibleName(covers)))], trans);
  const covers = isFilesOnly(places)
    ? trans.__('“This session” covers %1', covered)
    : trans.__('“This session” covers %1 and all below', covered);
  const isMore = offeredScopes(request).some(scope => scope !== 'once');
  return [
    ...new Set(notes),
    ...(isMore ? [covers] : []),
    ...(command === null ? [] : [`$ ${excerpt(command, MOST_CHARS)}`]) // what is cut is its end
  ];
}

/** One thing is asked for, the sentence names it, and nothing in it looks like something else. */
function isPlain({ kind, question, reaches, command }: Request): boolean {
  const [reach] = reaches;
  if (kind !== 'permission' || !reach || reaches.length !== 1 || !question.includes(reach.path)) return false;
  if (![reach.path, reach.covers].every(path => ORDINARY.test(path))) return false;
  return [question, reach.path, reach.covers, command ?? ''].every(
    text => visible(text) === text && !MISREAD.test(text) && !RIGHT_TO_LEFT.test(text)
  );
}
