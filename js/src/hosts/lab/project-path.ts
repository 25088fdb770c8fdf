/**
 * A file's path as Jupyter's file browser names it, from its path in the project, or its whole one. `serverRoot` is the
 * folder the browser shows, as the page knows it: absolute, or with `~` for a home folder that is not named.
 * Null where the project is not below it.
 */
export function contentsPath(path: string, project: string, serverRoot: string): string | null {
  const folder = below(slashed(project), slashed(serverRoot));
  const inside = after(slashed(path), `${slashed(project)}/`, 0) ?? slashed(path);
  return folder === null ? null : [folder, inside].filter(Boolean).join('/');
}

/** Whether Jupyter hides a file, by its path below the server's folder. */
export function isHidden(path: string): boolean {
  return path.split('/').some(part => part.startsWith('.'));
}

function below(project: string, root: string): string | null {
  if (!root.startsWith('~')) return project === root ? '' : after(project, root.endsWith('/') ? root : `${root}/`, 0);
  const tail = root.slice(1);
  if (project.endsWith(tail)) return '';
  return after(project, `${tail}/`, project.indexOf(`${tail}/`));
}

/** What follows `prefix`, which begins at that place. */
function after(project: string, prefix: string, place: number): string | null {
  return place >= 0 && project.startsWith(prefix, place) ? project.slice(place + prefix.length) : null;
}

function slashed(path: string): string {
  const forward = path.replace(/\\/g, '/');
  return forward.length > 1 ? forward.replace(/\/+$/, '') : forward;
}
