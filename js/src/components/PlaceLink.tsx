import { useState } from 'preact/hooks';
import type { Place } from '../protocol';
import { CopyButton } from './Copy';
import { useChat, useTrans } from './context';
import { fileName } from './format';
import { Icon } from './Icon';
import { ShownText } from './ShownText';
import { fileWords, type Owner } from './whose';

interface Props {
  readonly place: Place;
  /** In the place of the file's name. */
  readonly words?: string;
  /** There is a line to go to, not just a file. */
  readonly withLine?: boolean;
  /** Whose it is, where that does not stand beside it. */
  readonly owner?: Owner | null;
}

/** A file, opened at its line by a click; its path, to be copied, where this page cannot show it. */
export function PlaceLink({ place, words, withLine = true, owner = null }: Props) {
  const chat = useChat();
  const trans = useTrans();
  const { openAt } = chat.host;
  const [closed, setClosed] = useState(!openAt);
  const name = words ?? fileName(place.path);
  const label = fileWords(name, owner, withLine ? place.line : null, trans);
  if (closed)
    return (
      <span class="dsp-place">
        <code title={trans.__('This page cannot open it.')}>
          <ShownText text={withLine ? `${place.path}:${place.line}` : place.path} />
        </code>
        <CopyButton
          text={() => place.path}
          label={trans.__('Copy the path of %1', fileWords(name, owner, null, trans))}
        />
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
