/** Words of the server's: `code` in backticks, lines and "•" lists kept, nothing else. */
export function Prose({ text }: { text: string }) {
  return (
    <>
      {text.split('\n').map((line, place) => (
        <span key={place} class={`dsp-prose ${line.startsWith('•') ? 'dsp-prose-item' : ''}`}>
          {line.split('`').map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part))}
        </span>
      ))}
    </>
  );
}
