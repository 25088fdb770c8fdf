import { Allow, parse } from 'partial-json';
import type { Translation } from '../host';
import type { ToolCall } from '../protocol';

/** What a call's line says: "Read" "src/dates.py". */
export interface CallWords {
  readonly verb: string;
  readonly object: string;
  /** The object is a file of the project, so it can be opened. */
  readonly isFile: boolean;
}

/** A state as a sign, and in words. */
export type Sign = readonly [sign: string, words: string];

export type Arguments = Readonly<Record<string, unknown>>;

/** The arguments; while they stream in, as far as they go. */
export function argumentsOf(call: ToolCall): Arguments {
  if (call.arguments) return call.arguments;
  try {
    const value: unknown = parse(call.arguments_text || '{}', Allow.ALL);
    return value && typeof value === 'object' && !Array.isArray(value) ? (value as Arguments) : {};
  } catch {
    return {}; // not JSON (yet): the line does without an object, the details show the text as it came
  }
}

/** @param jobCommand the command that a background job runs. */
export function callWords(
  call: ToolCall,
  trans: Translation,
  jobCommand: (job: string) => string | undefined = () => undefined
): CallWords {
  const args = argumentsOf(call);
  let object = call.name === 'list_files' ? listed(args, trans) : objectOf(args);
  if (call.name === 'list_jobs') object = trans.__('background commands');
  else if (call.name === 'task_list') object = trans.__('its tasks');
  else if (call.name === 'key_usage') object = trans.__('keys and budgets');
  else if (typeof args.job === 'string') object = jobCommand(args.job) ?? args.job;
  return { verb: verbOf(call, trans), object, isFile: object !== '' && object === args.path && namesFile(call) };
}

/** Whether a path is one of the project's: relative to it, or below it. */
export function isInProject(path: string, project: string): boolean {
  if (/(^|[\\/])\.\.([\\/]|$)/.test(path)) return false;
  return !/^([\\/~]|[A-Za-z]:)/.test(path) || path.startsWith(`${project}/`);
}

function namesFile(call: ToolCall): boolean {
  return (call.kind === 'read' || call.kind === 'edit') && call.name !== 'list_files';
}

/** `src/*.py` for a folder and a pattern; the project's own folder by its name only if there is nothing else. */
function listed({ path, glob }: Arguments, trans: Translation): string {
  const parts = [path, glob].filter(part => typeof part === 'string' && part !== '' && part !== '.');
  return parts.join('/') || trans.__('the project');
}

/** The argument that says what the call is about, by the names tools give it. */
function objectOf(args: Arguments): string {
  for (const name of ['path', 'pattern', 'glob', 'command', 'query', 'url', 'name']) {
    const value = args[name];
    if (typeof value === 'string' && value) return value;
  }
  return '';
}

/** What changes no list of tasks. */
const LOOKS: ReadonlySet<string> = new Set(['list', 'get']);

export type Tense = 'doing' | 'done' | 'failed';

export function tenseOf(call: ToolCall): Tense {
  if (call.status === 'completed') return 'done';
  return call.status === 'failed' ? 'failed' : 'doing';
}

export function verbOf(call: ToolCall, trans: Translation, tense = tenseOf(call)): string {
  if (tense === 'done' && call.kind === 'edit' && !call.changes.length) return trans.__('Unchanged');
  switch (call.name) {
    case 'read_file':
    case 'read_file_slice':
      return { doing: trans.__('Reading'), done: trans.__('Read'), failed: trans.__('Could not read') }[tense];
    case 'list_files':
      return { doing: trans.__('Listing'), done: trans.__('Listed'), failed: trans.__('Could not list') }[tense];
    case 'write_file':
      if (tense === 'done' && call.changes[0]?.created) return trans.__('Created');
      return { doing: trans.__('Writing'), done: trans.__('Wrote'), failed: trans.__('Could not write') }[tense];
    case 'edit_file':
      return { doing: trans.__('Editing'), done: trans.__('Edited'), failed: trans.__('Could not edit') }[tense];
    case 'run_shell':
      return { doing: trans.__('Runs'), done: trans.__('Ran'), failed: trans.__('Could not run') }[tense];
    case 'list_jobs':
      return { doing: trans.__('Listing'), done: trans.__('Listed'), failed: trans.__('Could not list') }[tense];
    case 'read_job':
      return { doing: trans.__('Watching'), done: trans.__('Checked'), failed: trans.__('Could not check') }[tense];
    case 'stop_job':
      return { doing: trans.__('Stopping'), done: trans.__('Stopped'), failed: trans.__('Could not stop') }[tense];
    case 'task_list':
      if (LOOKS.has(String(argumentsOf(call).action))) return trans.__('Looked at');
      return { doing: trans.__('Planning'), done: trans.__('Planned'), failed: trans.__('Could not plan') }[tense];
    case 'use_skill':
      return {
        doing: trans.__('Reading the skill'),
        done: trans.__('Read the skill'),
        failed: trans.__('Could not read the skill')
      }[tense];
    case 'key_usage':
      return { doing: trans.__('Looking at'), done: trans.__('Looked at'), failed: trans.__('Could not see') }[tense];
    default:
      return { doing: trans.__('Using %1', call.name), done: call.name, failed: trans.__('%1 failed', call.name) }[
        tense
      ];
  }
}

/** How far a call has come; `waits`: a person has to say whether it may go on. */
export function callSign({ status }: ToolCall, waits: boolean, trans: Translation): Sign {
  if (waits) return ['◆', trans.__('waits for you')];
  switch (status) {
    case 'pending':
      return ['●', trans.__('being written')];
    case 'in_progress':
      return ['●', trans.__('running')];
    case 'completed':
      return ['✓', trans.__('done')];
    case 'failed':
      return ['✕', trans.__('failed')];
  }
}

const CUTS: ReadonlySet<string> = new Set(['interrupted', 'cancelled']);

/** "read 5 files, edited 2" for a run of calls that is folded away. */
export function summaryOf(calls: readonly ToolCall[], trans: Translation): string {
  const of = (...names: string[]) => calls.filter(call => names.includes(call.name)).length;
  const read = of('read_file', 'read_file_slice');
  const listed = of('list_files');
  const changed = of('write_file', 'edit_file');
  const ran = of('run_shell');
  const summoned = of('summon');
  const failed = calls.filter(hasFailed).length;
  const parts = [
    read && trans._n('read 1 file', 'read %1 files', read),
    listed && trans._n('listed once', 'listed %1 times', listed),
    changed && trans._n('1 change', '%1 changes', changed),
    ran && trans._n('ran 1 command', 'ran %1 commands', ran),
    summoned && trans._n('summoned 1 agent', 'summoned %1 agents', summoned),
    failed && trans._n('1 failed', '%1 failed', failed)
  ];
  return parts.filter(Boolean).join(', ');
}

/** A command that says so itself has failed too; who was summoned was, though the wait for it was cut short. */
function hasFailed(call: ToolCall): boolean {
  if (wasCutShort(call)) return false;
  const { status, command } = call;
  return (
    status === 'failed' || (command !== null && (command.timed_out || Boolean(command.exit_code ?? command.signal)))
  );
}

/** Whether an agent was summoned, and then the server or a person stopped the one that waited for it. */
export function wasCutShort({ name, status, child_id, error }: ToolCall): boolean {
  return name === 'summon' && status === 'failed' && child_id !== null && CUTS.has(error?.code ?? '');
}
