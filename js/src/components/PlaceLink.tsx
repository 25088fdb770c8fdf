import { useState } from 'preact/hooks';
import type { Place } from '../protocol';
import { fileName } from '../store/setup';
import { CopyButton } from './Copy';
import { useChat, useTrans } from './context';
import { Icon } from './Icon';
import { ShownText } from './ShownText';

interface Props {
  readonly place: Place;
  /** In the place of the file's name. */
  readonly words?: string;
  /** There is a line to go to, not just a file. */
  readonly withLine?: boolean;
}

/** A file, opened at its line by a click; its path, to be copied, where this page cannot show it. */
export function PlaceLink({ place, words, withLine = true }: Props) {
  const chat = useChat();
  const trans = useTrans();
  const { openAt } = chat.host;
  const [closed, setClosed] = useState(!openAt);
  const name = words ?? fileName(place.path);
  const label = withLine ? trans.__('%1, line %2', name, place.line) : name;
  if (closed)
    return (
      <span class="dsp-place">
        <code title={trans.__('This page cannot open it.')}>
          <ShownText text={withLine ? `${place.path}:${place.line}` : place.path} />
        </code>
        <CopyButton text={() => place.path} label={trans.__('Copy the path of %1', name)} />
      </span>
    );
  const open = async () => {
    if (openAt && !(await openAt(place))) setClosed(true);
  };
  return (
    <button
      type="button"
      class="dsp-place dsp-place-link"
      title={place.path}
      aria-label={trans.__('Open %1', label)}
      onClick={() => void open()}
    >
      <Icon name="open" /> <span>{label}</span>
    </button>
  );
}
