import type { Translation } from '../../host';
import type { Operation, SkillFolder, SkillReason, SummonKind, TemplateInfo } from '../../protocol';

/** Where something of the settings is from. */
export function scopeWord(scope: TemplateInfo['scope'], trans: Translation): string {
  const words: Record<TemplateInfo['scope'], string> = {
    'built in': trans.__('built in'),
    global: trans.__('yours, in all projects'),
    project: trans.__('this project')
  };
  return words[scope];
}

/** What an agent may do at most. */
export function permissionsWords({ operations, summons }: TemplateInfo, trans: Translation): string {
  const words: Record<Operation | SummonKind, string> = {
    read: trans.__('read'),
    write: trans.__('write'),
    execute: trans.__('run'),
    summon: trans.__('summon subagents'),
    user_agent: trans.__('start agents of yours')
  };
  return [...operations, ...summons].map(permission => words[permission]).join(', ');
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
    default: trans.__('all agents of its kind get it'),
    agent: trans.__('mapped to its type'),
    template: trans.__('named by its template'),
    summoner: trans.__('given when it was summoned'),
    person: trans.__('loaded by hand'),
    used: trans.__('read by the agent itself')
  };
  return words[why];
}

/** Whom a mapping file is for, by the type of agents as skills have it. */
export function forWhom(agent: string, trans: Translation): string {
  if (agent === '_all') return trans.__('every subagent');
  if (agent === '_all.o') return trans.__('every agent that you talk to');
  const orchestrator = agent.endsWith('.o');
  const name = orchestrator ? agent.slice(0, -2) : agent;
  return orchestrator ? trans.__('%1 as orchestrator', name) : trans.__('%1 as subagent', name);
}
