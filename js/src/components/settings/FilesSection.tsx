import { useEffect } from 'preact/hooks';
import type { ConfigFile, Configuration, ErrorInfo } from '../../protocol';
import { isWarning } from '../../store/setup';
import { useChat, useTrans } from '../context';
import { fileName } from '../format';
import { PlaceLink } from '../PlaceLink';
import { SettingsProblem } from '../ProblemsBanner';
import { Loaded } from './Loaded';
import { scopeWord } from './words';

/** The files the settings are from, those that win last, and what is wrong with them. */
export function FilesSection() {
  const { setup } = useChat();
  return <Loaded resource={setup.config}>{config => <Files config={config} />}</Loaded>;
}

function Files({ config }: { config: Configuration }) {
  const { trust } = useChat();
  const trans = useTrans();
  useEffect(() => {
    if (config.files.some(file => file.trusted !== null)) void trust.refresh();
  }, [config, trust]);
  return (
    <>
      <p class="dsp-quiet dsp-small">
        {trans.__('Later ones go before earlier ones. A change takes effect by itself.')}
      </p>
      <ol class="dsp-rows" aria-label={trans.__('Files')}>
        {config.files.map(file => (
          <FileRow key={file.path} file={file} />
        ))}
      </ol>
      <Said title={trans.__('Problems')} said={config.problems.filter(one => !isWarning(one))} tint="dsp-warn" />
      <Said title={trans.__('Warnings')} said={config.problems.filter(isWarning)} tint="" />
    </>
  );
}

function Said({ title, said, tint }: { title: string; said: readonly ErrorInfo[]; tint: string }) {
  if (!said.length) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul class={`dsp-problems dsp-card ${tint}`} aria-label={title}>
        {said.map(problem => (
          <SettingsProblem key={`${problem.place?.path} ${problem.message}`} problem={problem} />
        ))}
      </ul>
    </>
  );
}

function FileRow({ file }: { file: ConfigFile }) {
  const chat = useChat();
  const trans = useTrans();
  const { path, scope, exists, errors, trusted } = file;
  const known = chat.trust.files.value.find(one => one.path === path);
  return (
    <li class="dsp-file-row" data-file={fileName(path)}>
      <div class="dsp-row">
        {exists ? (
          <PlaceLink place={{ path, line: 1 }} withLine={false} />
        ) : (
          <span class="dsp-quiet">{fileName(path)}</span>
        )}
        <span class="dsp-badge">{scopeWord(scope, trans)}</span>
        {!exists && <span class="dsp-badge">{trans.__('not there')}</span>}
        {errors > 0 && (
          <span class="dsp-badge dsp-key-bad">
            <span aria-hidden="true">✕</span> {trans._n('1 problem', '%1 problems', errors)}
          </span>
        )}
        {trusted === true && (
          <span class="dsp-badge dsp-key-active">
            <span aria-hidden="true">✓</span> {trans.__('trusted')}
          </span>
        )}
        {trusted === false && (
          <span class="dsp-badge dsp-key-cooling">
            <span aria-hidden="true">○</span> {trans.__('not trusted')}
          </span>
        )}
        {known?.trusted && known.widens.length > 0 && (
          <button type="button" class="dsp-link" onClick={() => void chat.trust.trust(known, false)}>
            {trans.__('Stop trusting')}
          </button>
        )}
      </div>
      <code class="dsp-file-path" title={path}>
        <bdi>{path}</bdi>
      </code>
    </li>
  );
}
