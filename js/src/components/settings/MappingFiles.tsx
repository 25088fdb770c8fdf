import type { SkillMapping } from '../../protocol';
import { useTrans } from '../context';
import { PlaceLink } from '../PlaceLink';
import { forWhom } from './words';

/** The files that say which skills a type of agents gets: whom each is for, and what it gives them. */
export function MappingFiles({ mappings }: { mappings: readonly SkillMapping[] }) {
  const trans = useTrans();
  return (
    <ul aria-label={trans.__('Mapping files')}>
      {mappings.map(mapping => (
        <li key={mapping.path} class="dsp-mapping" data-mapping={labelOf(mapping)}>
          <PlaceLink place={{ path: mapping.path, line: 1 }} withLine={false} />
          <span class="dsp-quiet dsp-small">
            {trans.__(
              '%1: %2',
              forWhom(labelOf(mapping), trans),
              mapping.skills.map(nameOf).join(', ') || trans.__('none that can be used')
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What can be searched of one. */
export function textOfMapping(mapping: SkillMapping): string {
  return [labelOf(mapping), ...mapping.skills].join(' ').toLowerCase();
}

/** The type of agents as skills have it. */
function labelOf({ agent, orchestrator }: SkillMapping): string {
  return orchestrator ? `${agent}.o` : agent;
}

/** Without the scope. */
function nameOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}
