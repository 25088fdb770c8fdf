import type { Translation } from '../../host';
import type { Operation, SkillFolder, SkillReason, TemplateInfo } from '../../protocol';

/** Where something of the settings is from. */
export function scopeWord(scope: TemplateInfo['scope'], trans: Translation): string {
  const words: Record<TemplateInfo['scope'], string> = {
    'built in': trans.__('built in'),
    global: trans.__('yours, in all projects'),
    project: trans.__('this project')
  };
  return words[scope];
}

export function operationsWords(operations: readonly Operation[], trans: Translation): string {
  const words: Record<Operation, string> = {
    read: trans.__('read'),
    write: trans.__('write'),
    execute: trans.__('run')
  };
  return operations.map(operation => words[operation]).join(', ');
}

/** What a folder of skills means. */
export function folderWords(folder: SkillFolder, trans: Translation): readonly [name: string, meaning: string] {
  const words: Record<SkillFolder, readonly [string, string]> = {
    default: ['default', trans.__('all agents get them')],
    agents: ['agents', trans.__('agents of a type get them')],
    project: ['project', trans.__('loaded by hand')],
    packages: ['SKILL.md', trans.__('read by agents when they need them')]
  };
  return words[folder];
}

/** Why an agent has a skill. */
export function reasonWord(why: SkillReason, trans: Translation): string {
  const words: Record<SkillReason, string> = {
    default: trans.__('in a default folder'),
    agent: trans.__('mapped to its type'),
    template: trans.__('named by its template'),
    person: trans.__('loaded by hand'),
    used: trans.__('read by the agent itself')
  };
  return words[why];
}
