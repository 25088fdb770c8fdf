import type { Change } from '../protocol';
import type { Notice } from './notices';

/** An agent has written to files of the project. */
export function changesFiles(change: Change): boolean {
  if (change.type !== 'put' || change.table !== 'calls' || !('changes' in change.record)) return false;
  return change.record.status === 'completed' && change.record.changes.length > 0;
}

/** The list of sessions is another one now. */
export function changesSessions({ kind }: Notice): boolean {
  return kind === 'session_created' || kind === 'session_changed';
}
