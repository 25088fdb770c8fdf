import type { ComponentChildren } from 'preact';
import type { Resource } from '../../store/resource';
import { useTrans } from '../context';
import { ErrorCard } from '../ErrorCard';
import { useResource } from '../use-resource';

interface Props<T> {
  readonly resource: Resource<T>;
  readonly children: (value: T) => ComponentChildren;
}

/** What a resource holds, kept up while it is shown; or that it is on its way, or why it is not there. */
export function Loaded<T>({ resource, children }: Props<T>) {
  const trans = useTrans();
  const value = useResource(resource);
  const problem = resource.problem.value;
  return (
    <>
      {problem && (
        <ErrorCard problem={problem}>
          <button type="button" class="dsp-button" onClick={() => void resource.refresh()}>
            {trans.__('Try again')}
          </button>
        </ErrorCard>
      )}
      {value === null ? !problem && <p class="dsp-quiet">{trans.__('Loading…')}</p> : children(value)}
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** A line of a card: what, and what it is. */
export function Fact({ name, children }: FactProps) {
  return (
    <div class="dsp-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
