import { pieces } from './shown-text';

interface Props {
  readonly text: string;
  readonly spans?: readonly (readonly [number, number])[];
}

/** Text of an agent's that a person decides by: with the words that matter marked, and nothing in it unseen. */
export function ShownText({ text, spans = [] }: Props) {
  return (
    <bdi dir="ltr">
      {pieces(text, spans).map((piece, place) => {
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
