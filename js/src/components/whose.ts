import type { Translation } from '../host';
import type { ConfigFile } from '../protocol';

export type Owner = ConfigFile['scope'];

const SKILLS = '/.skills/';

/**
 * Whose a file of the settings is, the person's own or the project's; null where that is not known. Both have a
 * dispatch.yaml, and may have skills and agents of the same name.
 * @param files the files the settings come from, as the server lists them.
 */
export function whose(path: string, files: readonly ConfigFile[]): Owner | null {
  const listed = files.find(file => file.path === path);
  if (listed) return listed.scope;
  const name = slashed(path);
  if (!name.includes(SKILLS)) return null;
  const inProject = files.some(
    file => file.scope === 'project' && slashed(file.path).endsWith('/dispatch.yaml') && name.startsWith(skillsBy(file))
  );
  return inProject ? 'project' : 'global';
}

/** "your dispatch.yaml, line 3"; short, as it stands beside many others in a narrow panel. */
export function fileWords(name: string, owner: Owner | null, line: number | null, trans: Translation): string {
  if (line === null) {
    if (owner === null) return name;
    return owner === 'global' ? trans.__('your %1', name) : trans.__("project's %1", name);
  }
  if (owner === null) return trans.__('%1, line %2', name, line);
  return owner === 'global' ? trans.__('your %1, line %2', name, line) : trans.__("project's %1, line %2", name, line);
}

/** The folder of skills that stands beside a file. */
function skillsBy({ path }: ConfigFile): string {
  return `${slashed(path).replace(/\/[^/]*$/, '')}${SKILLS}`;
}

function slashed(path: string): string {
  return path.replace(/\\/g, '/');
}
