import type {
  Candidate,
  ConfigFile,
  Configuration,
  ErrorInfo,
  KeyState,
  ModelInfo,
  Models,
  Resolution,
  Skill,
  SkillInfo,
  Skills,
  TemplateInfo
} from '../src/protocol';
import { USAGE } from './records';

export function problem(fields: Partial<ErrorInfo> = {}): ErrorInfo {
  return {
    code: 'invalid',
    message: '/home/ada/project/dispatch.yaml, line 7: model tag `hevy` is unknown; did you mean `heavy`?',
    hint: 'Write `model: heavy`.',
    place: { path: '/home/ada/project/dispatch.yaml', line: 7 },
    ...fields
  };
}

export function template(name: string, fields: Partial<TemplateInfo> = {}): TemplateInfo {
  return {
    name,
    title: name,
    description: `What ${name} is for.`,
    scope: 'project',
    path: '/home/ada/project/dispatch.yaml',
    line: 12,
    tools: ['read_file', 'run_shell'],
    operations: ['read', 'write'],
    summons: [],
    wants: [],
    skills: [],
    cwd: null,
    is_subagent: false,
    error: null,
    warnings: [],
    ...fields
  };
}

export function configuration(fields: Partial<Configuration> = {}): Configuration {
  return {
    files: [],
    templates: [template('dispatch', { title: 'Dispatch', scope: 'built in', path: null })],
    fallback: [],
    problems: [],
    version: 1,
    ...fields
  };
}

export function file(path: string, fields: Partial<ConfigFile> = {}): ConfigFile {
  return { path, scope: 'project', exists: true, errors: 0, trusted: null, ...fields };
}

export function key(id: string, fields: Partial<KeyState> = {}): KeyState {
  return {
    id,
    provider: 'acme',
    label: 'Acme',
    source: `env ${id.toUpperCase()}_KEY`,
    api_base: null,
    position: 1,
    status: 'active',
    reason: '',
    until: null,
    guessed: false,
    budget: { usd: 5, tokens: null, per: 'month' },
    used: { ...USAGE, cost_usd: 3 },
    calls: 12,
    reserved_usd: 0,
    reserved_tokens: 0,
    resets_at: '2027-01-01T00:00:00Z',
    ...fields
  };
}

export function model(id: string, fields: Partial<ModelInfo> = {}): ModelInfo {
  const [provider = '', label = ''] = id.split('/');
  return { id, label, provider, tags: [], keys: [], no_key: false, effort: null, priced: true, used: USAGE, ...fields };
}

export function models(fields: Partial<Models> = {}): Models {
  return {
    keys: [key('first'), key('second', { position: 2, provider: 'other' })],
    models: [
      model('acme/large', { tags: ['heavy', 'review'], keys: ['first'] }),
      model('other/small', { tags: ['heavy', 'light'], keys: ['second'] })
    ],
    tags: { heavy: ['acme/large', 'other/small'], review: ['acme/large'], light: ['other/small'] },
    log: [],
    problems: [],
    ...fields
  };
}

export function candidate(key: string | null, fields: Partial<Candidate> = {}): Candidate {
  return { model: 'acme/large', key, effort: null, usable: true, why: 'It can be used.', until: null, ...fields };
}

export function resolution(fields: Partial<Resolution> = {}): Resolution {
  const candidates = fields.candidates ?? [candidate('first')];
  return {
    wants: [],
    chosen: candidates.find(({ usable }) => usable) ?? null,
    candidates,
    until: null,
    error: null,
    ...fields
  };
}

export function skill(name: string, fields: Partial<SkillInfo> = {}): SkillInfo {
  return {
    id: `project:${name}`,
    name,
    scope: 'project',
    folder: 'default',
    path: `/home/ada/project/.skills/default/${name}.md`,
    description: `About ${name}.`,
    tags: [],
    agents: [],
    ambiguous: false,
    error: null,
    ...fields
  };
}

export function skills(list: readonly SkillInfo[], fields: Partial<Skills> = {}): Skills {
  return { skills: list, mappings: [], problems: [], ...fields };
}

export function withText(info: SkillInfo, text: string): Skill {
  return { ...info, text };
}
