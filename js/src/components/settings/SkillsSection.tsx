import { useSignal } from '@preact/signals';
import type { Translation } from '../../host';
import type { SkillFolder, SkillInfo, SkillMapping, Skills } from '../../protocol';
import { useChat, useTrans } from '../context';
import { SettingsProblem } from '../ProblemsBanner';
import { Loaded } from './Loaded';
import { MappingFiles, textOfMapping } from './MappingFiles';
import { SkillDetail } from './SkillDetail';
import { folderWords } from './words';

const SCOPES = ['project', 'global', 'built in'] as const;
const FOLDERS: readonly SkillFolder[] = ['default', 'agents', 'project', 'packages'];

/** How things are done here: what skills there are, where they are from, who gets them, and what they say. */
export function SkillsSection() {
  const { setup } = useChat();
  return <Loaded resource={setup.skills}>{skills => <Browser skills={skills} />}</Loaded>;
}

function Browser({ skills }: { skills: Skills }) {
  const trans = useTrans();
  const words = useSignal('');
  const open = useSignal<string | null>(null);
  const wanted = words.value.toLowerCase().split(/\s+/);
  const matches = (text: string) => wanted.every(word => text.includes(word));
  const shown = skills.skills.filter(skill => matches(textOf(skill)));
  const mappings = skills.mappings.filter(mapping => matches(textOfMapping(mapping)));
  const chosen = skills.skills.find(skill => skill.id === open.value);
  const where = !skills.problems.length && skills.skills.every(({ scope }) => scope === 'built in') && (
    <p class="dsp-quiet">
      {trans.__('There are no skills of yours. Put Markdown files into')} <code>.skills/default/</code>{' '}
      {trans.__('of the project, or of your home folder.')}
    </p>
  );
  if (!skills.skills.length && where) return where;
  return (
    <>
      {where}
      {skills.problems.length > 0 && (
        <ul class="dsp-problems dsp-card dsp-warn">
          {skills.problems.map(problem => (
            <SettingsProblem key={`${problem.place?.path} ${problem.message}`} problem={problem} />
          ))}
        </ul>
      )}
      <div class="dsp-skills" data-open={chosen !== undefined}>
        <div class="dsp-skill-tree">
          <input
            type="search"
            class="dsp-field dsp-log-search"
            value={words.value}
            aria-label={trans.__('Search the skills')}
            placeholder={trans.__('Search')}
            onInput={event => {
              words.value = event.currentTarget.value;
            }}
          />
          {SCOPES.map(scope => (
            <Scope
              key={scope}
              name={scopeName(scope, trans)}
              skills={shown.filter(skill => skill.scope === scope)}
              mappings={mappings.filter(mapping => mapping.scope === scope)}
              open={open.value}
              onOpen={id => {
                open.value = id;
              }}
            />
          ))}
          {!shown.length && !mappings.length && skills.skills.length > 0 && (
            <p class="dsp-quiet">{trans.__('Nothing matches.')}</p>
          )}
        </div>
        {chosen ? (
          <SkillDetail
            key={chosen.id}
            info={chosen}
            skills={skills}
            onClose={() => {
              open.value = null;
            }}
          />
        ) : (
          <p class="dsp-skill-none dsp-quiet">{trans.__('Pick a skill to read it.')}</p>
        )}
      </div>
    </>
  );
}

interface ScopeProps {
  readonly name: string;
  readonly skills: readonly SkillInfo[];
  readonly mappings: readonly SkillMapping[];
  readonly open: string | null;
  readonly onOpen: (id: string) => void;
}

function Scope({ name, skills, mappings, open, onOpen }: ScopeProps) {
  const trans = useTrans();
  if (!skills.length && !mappings.length) return null;
  return (
    <details open class="dsp-skill-scope">
      <summary>{name}</summary>
      {FOLDERS.map(folder => {
        const inside = skills.filter(skill => skill.folder === folder);
        const [title, meaning] = folderWords(folder, trans);
        const files = folder === 'agents' ? mappings : [];
        if (!inside.length && !files.length) return null;
        return (
          <details open key={folder} class="dsp-skill-folder" data-folder={folder}>
            <summary>
              {title} <span class="dsp-quiet dsp-small">{meaning}</span>
            </summary>
            {inside.length > 0 && (
              <ul aria-label={title}>
                {inside.map(skill => (
                  <SkillItem key={skill.id} skill={skill} current={skill.id === open} onOpen={onOpen} />
                ))}
              </ul>
            )}
            {files.length > 0 && <MappingFiles mappings={files} />}
          </details>
        );
      })}
    </details>
  );
}

function SkillItem({ skill, current, onOpen }: { skill: SkillInfo; current: boolean; onOpen: (id: string) => void }) {
  const chat = useChat();
  const trans = useTrans();
  const loaded = chat.agent.value?.skills.some(({ name }) => name === skill.id);
  return (
    <li>
      <button
        type="button"
        class="dsp-skill-item"
        aria-current={current}
        data-skill={skill.id}
        title={skill.description}
        onClick={() => onOpen(skill.id)}
      >
        <span class="dsp-skill-name">{skill.name}</span>
        {skill.error && (
          <span class="dsp-bad dsp-small">
            <span aria-hidden="true">✕</span> {trans.__('broken')}
          </span>
        )}
        {loaded && (
          <span class="dsp-good dsp-small" title={trans.__('In the prompt of the agent shown')}>
            <span aria-hidden="true">✓</span> {trans.__('loaded')}
          </span>
        )}
      </button>
    </li>
  );
}

function scopeName(scope: SkillInfo['scope'], trans: Translation): string {
  const words: Record<SkillInfo['scope'], string> = {
    project: trans.__('This project'),
    global: trans.__('Yours, in all projects'),
    'built in': trans.__('Built in')
  };
  return words[scope];
}

/** What can be searched of a skill. */
function textOf({ id, description, tags, agents }: SkillInfo): string {
  return [id, description, ...tags, ...agents].join(' ').toLowerCase();
}
