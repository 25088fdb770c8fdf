import { useEffect, useRef } from 'preact/hooks';
import type { Resource } from '../store/resource';

/** What a resource holds, kept up for as long as the component is shown; null until it is there. */
export function useResource<T>(resource: Resource<T>): T | null {
  useEffect(() => resource.watch(), [resource]);
  return resource.value.value;
}

/** The same for several: as many as there are now. */
export function useResources<T>(resources: readonly Resource<T>[]): readonly (T | null)[] {
  const known = useRef(resources);
  const same = known.current.length === resources.length && known.current.every((one, at) => one === resources[at]);
  if (!same) known.current = resources;
  const current = known.current;
  useEffect(() => {
    const stops = current.map(resource => resource.watch());
    return () => {
      for (const stop of stops) stop();
    };
  }, [current]);
  return current.map(resource => resource.value.value);
}
