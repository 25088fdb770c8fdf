import type { Translation } from '../../host';
import type { Job, Request, ToolCall } from '../../protocol';
import { argumentsOf } from '../call-words';
import { duration } from '../format';

/** Where a command stands. `asking`: a person has to say whether it may; `writing`: the model is still at it. */
export type RunState = 'writing' | 'asking' | 'running' | 'background' | 'ok' | 'failed' | 'stopped';

/** A shell command as people see it, whether its call or a background job tells of it. */
export interface Run {
  readonly state: RunState;
  /** It goes on once a person has said whether it may: `asking`, or in the background. */
  readonly asks: boolean;
  readonly command: string;
  /** How it ended and how long it took: "exit 1 · 4.2 s". Empty before that. */
  readonly ending: string;
  /** Since when it runs; null where nothing does. */
  readonly since: string | null;
  /** Milliseconds of that in which it waited for people. */
  readonly waited: number;
}

/** The last line of an output tells the agent how the command ended, or that it goes on. */
const LAST_LINE = /(?:^|\n)\[[^\n]*\]\s*$/;

/** @param asked what was asked of a person for this call. */
export function runOf(call: ToolCall, job: Job | undefined, asked: readonly Request[], trans: Translation): Run {
  const waited = waitedFor(asked);
  const asks = asked.some(request => request.status === 'open');
  const common = { command: commandOf(call), asks: false, waited, since: null, ending: '' };
  if (call.status === 'pending') return { ...common, state: 'writing' };
  if (call.status === 'in_progress')
    return asks ? { ...common, state: 'asking', asks } : { ...common, state: 'running', since: call.started_at };
  if (call.status === 'failed') return { ...common, state: 'failed', ending: notRun(call, trans) };
  if (!call.command) return { ...common, state: 'ok' };
  if (call.command.job_id) return job ? { ...runOfJob(job, trans, asks), waited } : { ...common, state: 'background' };
  const { exit_code, signal, timed_out, why } = call.command;
  const took =
    secondsWord(call.command.seconds, timed_out) ??
    timeBetween(call.started_at, call.ended_at, waited, timed_out ? 1_000 : 1);
  if (timed_out) return { ...common, state: 'stopped', ending: trans.__('stopped after %1', took) };
  if (why || (exit_code === null && signal === null))
    return { ...common, state: 'stopped', ending: join(trans.__('stopped'), took) };
  return { ...common, ...exited(exit_code, signal, took, trans) };
}

export function runOfJob(job: Job, trans: Translation, asks = false): Run {
  const { command, started_at: since, exit_code, signal } = job;
  const common = { command, asks: false, waited: 0, since: null, ending: '' };
  const took = secondsWord(job.seconds) ?? timeBetween(since, job.ended_at, 0);
  if (job.status === 'running') return { ...common, state: 'background', asks, since };
  if (job.status === 'exited') return { ...common, ...exited(exit_code, signal, took, trans) };
  const words = job.status === 'lost' ? trans.__('lost') : trans.__('stopped');
  return { ...common, state: 'stopped', ending: join(words, took) };
}

export function isOver(state: RunState): boolean {
  return state === 'ok' || state === 'failed' || state === 'stopped';
}

/** The command; while it streams in, as far as it goes. */
export function commandOf(call: ToolCall): string {
  const { command } = argumentsOf(call);
  return typeof command === 'string' ? command : '';
}

/** What the command printed, as far as it is known here. */
export function outputOf(call: ToolCall, job: Job | undefined): string {
  if (call.error) return '';
  if (job && job.status !== 'running' && job.tail.trim()) return job.tail;
  return call.status === 'completed' ? call.output.replace(LAST_LINE, '') : call.output;
}

/** Why Dispatch or somebody ended it: "stopped by ada". Empty where it ended by itself. */
export function reasonOf(call: ToolCall, job: Job | undefined): string {
  return (job ? job.why : call.command?.why) ?? '';
}

/** The folder it ran in, where that is not the project's own: relative to it where it is below. */
export function whereOf(call: ToolCall, project: string | undefined): string | null {
  const cwd = call.command?.cwd;
  if (!cwd || !project || cwd === project) return null;
  return cwd.startsWith(`${project}/`) ? cwd.slice(project.length + 1) : cwd;
}

/** 5 s, 1 min 12 s, 2 h 5 min: for a time that is still growing. */
export function ticking(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Why it did not run, in a word; empty where that takes more. */
function notRun({ error }: ToolCall, trans: Translation): string {
  switch (error?.code) {
    case 'denied':
      return trans.__('not allowed');
    case 'expired':
      return trans.__('expired');
    case 'interrupted':
      return trans.__('interrupted');
    default:
      return '';
  }
}

function exited(code: number | null, signal: string | null, took: string, trans: Translation) {
  if (code === null && signal)
    return { state: 'failed' as const, ending: join(trans.__('killed by %1', signal), took) };
  return { state: code ? ('failed' as const) : ('ok' as const), ending: join(trans.__('exit %1', code ?? 0), took) };
}

/**
 * 0.4 s, 72 s, 12 min 5 s: how long a command ran, in the very words the agent is told.
 * @param seconds null where the server did not say.
 * @param whole no finer than seconds: it was ended when its time was up.
 */
function secondsWord(seconds: number | null | undefined, whole = false): string | null {
  if (seconds === null || seconds === undefined) return null;
  if (whole) return duration(Math.round(seconds) * 1000).replace(/\.0 s$/, ' s');
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** @param unit rounded to so many milliseconds. */
function timeBetween(from: string | null, to: string | null, waited: number, unit = 1): string {
  if (!from || !to) return '';
  const ms = Date.parse(to) - Date.parse(from) - waited;
  return duration(Math.max(0, Math.round(ms / unit) * unit));
}

function join(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(' · ');
}

/** Milliseconds during which something of this was open. Questions may overlap. */
export function waitedFor(asked: readonly Request[]): number {
  const spans = asked
    .flatMap(({ created_at, ended_at }) => (ended_at ? [[Date.parse(created_at), Date.parse(ended_at)] as const] : []))
    .sort((a, b) => a[0] - b[0]);
  let waited = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const [from, to] of spans) {
    waited += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return waited;
}
