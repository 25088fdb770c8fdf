/** Words of the server's: `code` in backticks, line breaks kept, nothing else. */
export function Prose({ text }: { text: string }) {
  return (
    <span class="dsp-prose">
      {text.split('`').map((part, place) => (place % 2 ? <code key={place}>{part}</code> : part))}
    </span>
  );
}
