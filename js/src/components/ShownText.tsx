import { Fragment } from 'preact';
import { namePieces, type Piece, pieces } from './shown-text';

interface Props {
  readonly text: string;
  readonly spans?: readonly (readonly [number, number])[];
}

/** A path that is no longer than this stays in one piece, if it can. */
const SHORT_CHARS = 24;
const AFTER_SLASH = /(?<=[^\\/][\\/])(?=[^\\/])/;

/** A path, as `ShownText` has it, in one line: `a\\nb`; a long one goes on in the next line after one of its slashes. */
export function ShownPath({ path }: { path: string }) {
  const parts = path.length > SHORT_CHARS ? path.split(AFTER_SLASH) : [path];
  return (
    <bdi dir="ltr" class="dsp-path">
      {parts.map((part, place) => (
        <Fragment key={place}>
          {place > 0 && <wbr />}
          <Shown pieces={namePieces(part)} />
        </Fragment>
      ))}
    </bdi>
  );
}

/** Text of an agent's that a person decides by: with the words that matter marked, and nothing in it unseen. */
export function ShownText({ text, spans = [] }: Props) {
  return <Shown pieces={pieces(text, spans)} />;
}

function Shown({ pieces: shown }: { pieces: readonly Piece[] }) {
  return (
    <bdi dir="ltr">
      {shown.map((piece, place) => {
        if (piece.mark === 'marked') return <mark key={place}>{piece.text}</mark>;
        if (piece.mark === 'unseen')
          return (
            <span key={place} class="dsp-unseen">
              {piece.text}
            </span>
          );
        return piece.text;
      })}
    </bdi>
  );
}
