//! The words of the command line in Japanese, by their English.

/// English and Japanese of every text of the help. A test holds that none is missing and none is idle.
pub(super) const TEXTS: [(&str, &str); 134] = [
    (
        "Tells a public body, with evidence, whether its web site keeps its published security and privacy policy",
        "公的機関のウェブサイトが、自ら公表した情報セキュリティ・プライバシーの方針を守っているかを、証拠とともに示します",
    ),
    ("Language of reports; without it, that of the locale", "報告の言語。省略時はロケールに従う"),
    ("Assess sites against their policy: the main job", "サイトが方針を守っているかを点検する(主な機能)"),
    (
        "Print the facts that are seen (the evidence file), without judging them",
        "見えた事実(証拠ファイル)だけを、判定せずに出力する",
    ),
    (
        "Scan logs for personal information and secrets, by themselves; no value is ever printed",
        "ログだけを調べ、個人情報と秘密情報を探す。値そのものは出力しない",
    ),
    (
        "Explain a check, clause, parameter, list or field; without one, list everything",
        "点検・条項・パラメータ・一覧・項目を説明する。省略時はすべてを一覧する",
    ),
    (
        "Mend findings of configuration: shows the edits as a diff; --write applies them",
        "設定の不適合を直す。変更を差分で示し、--write で書き込む",
    ),
    (
        "Run the examples of checks: the bundled ones, or those of files",
        "点検に付いた例題を実行する(組込みのもの、または指定したファイル)",
    ),
    ("Print the JSON Schema of a file kind", "ファイル種別のJSON Schemaを出力する"),
    ("Write tenken.yml and the files beside it; never overwrites", "tenken.yml と関連ファイルを作る。上書きはしない"),
    ("Write one complete waiver for a finding that fails", "不適合1件の例外承認を書き込む"),
    (
        "The contractor register as a table for a spreadsheet, and back",
        "委託先台帳を表計算用の表にする、または表から作る",
    ),
    ("What is open, who mends it and by when", "未是正の事項と、担当者・期限の一覧"),
    (
        "Add a dated activity to the records: a review, an exercise, an acknowledgement",
        "記録に活動(見直し、訓練、確認など)を日付とともに加える",
    ),
    (
        "Ask the ledger of runs: list, show, diff, trend, verify, export",
        "実施台帳を調べる: list, show, diff, trend, verify, export",
    ),
    (
        "Make the verdict of an evidence bundle again, offline, and say what differs",
        "証拠一式から判定をオフラインでやり直し、違いを示す",
    ),
    ("Make an Ed25519 key that signs ledgers and bundles", "台帳と証拠一式に署名するEd25519鍵を作る"),
    ("Write the manual pages into a folder", "マニュアルページをフォルダに書き出す"),
    ("Print completions for a shell", "シェルの補完定義を出力する"),
    ("Print this message or the help of the given subcommand(s)", "この説明、または指定したコマンドの説明を表示する"),
    (
        "Ask nothing over the network; what needs it is not checked, and the report says so",
        "ネットワークを使わない。必要な点検は「未点検」と報告に示す",
    ),
    (
        "Policy: a bundled id or a file, instead of the site file's",
        "方針。組込みのIDまたはファイル(サイトファイルの指定に代える)",
    ),
    ("Folder with checks of your own, beside the bundled ones", "独自の点検を置いたフォルダ(組込みに加える)"),
    (
        "Set a parameter, over policy and site file (tenken explain lists them)",
        "パラメータを設定する。方針・サイトファイルより優先(一覧は tenken explain)",
    ),
    (
        "Folder that stands for / when a configuration names absolute paths",
        "設定が絶対パスを指すとき、/ とみなすフォルダ",
    ),
    (
        "TLS profile to hold endpoints against: a bundled id (tenken explain tls-profiles) or a file; also for --replay",
        "照らすTLSプロファイル。組込みのID(tenken explain tls-profiles)またはファイル。--replay でも使える",
    ),
    (
        "Connect to ADDR when HOST:PORT is asked for, as in curl; ADDR may carry another port, 127.0.0.1:8443",
        "HOST:PORT への接続先をADDRにする(curlと同じ)。127.0.0.1:8443 のように別のポートも指定できる",
    ),
    (
        "Resolver that DNS questions go to; without it the site file's, else the system's",
        "DNSの問合せ先。省略時はサイトファイル、次いでシステムの設定",
    ),
    ("PEM file of a private authority to trust as well, as in curl", "追加で信頼する認証局のPEMファイル(curlと同じ)"),
    ("Seconds that one answer may take", "1回の応答を待つ秒数"),
    (
        "Ask the mail servers of the declared mail domains for STARTTLS on port 25, as `mail: { starttls: true }` does",
        "宣言したメールドメインのメールサーバに25番ポートでSTARTTLSを尋ねる(`mail: { starttls: true }` と同じ)",
    ),
    (
        "How deep to look at TLS: verdict asks only what the checks need, full lists everything that is accepted",
        "TLSをどこまで調べるか。verdictは点検に要る分だけ、fullは受け入れるものすべて",
    ),
    ("Connections that may be open at a time, for one host", "1ホストに同時に開いてよい接続の数"),
    (
        "Site files, folders with tenken.yml, https:// URLs or configuration files; without one, ./tenken.yml",
        "サイトファイル、tenken.yml のあるフォルダ、https:// のURL、または設定ファイル。省略時は ./tenken.yml",
    ),
    ("Format of the report on standard output", "標準出力に書く報告の形式"),
    ("Write a report to a file as well; may be given several times", "報告をファイルにも書く。複数指定できる"),
    (
        "Only checks whose id matches; all others are not checked, and the report says so",
        "IDが一致する点検だけを行う。他は「未点検」と報告に示す",
    ),
    (
        "No checks whose id matches; they are not checked, and the report says so",
        "IDが一致する点検を除く。「未点検」と報告に示す",
    ),
    (
        "Close the gate at an open, unwaived fail of this band or above",
        "例外承認のない不適合がこの区分以上ならゲートを閉じる",
    ),
    (
        "Close the gate only for what is not in this file (see --write-baseline)",
        "このファイルにないものだけでゲートを閉じる(--write-baseline を参照)",
    ),
    ("Write what fails now to a file, for --baseline", "現在の不適合を --baseline 用のファイルに書く"),
    (
        "Close the gate only for what is new or came back, by the ledger or the baseline",
        "台帳または基準に照らし、新規・再発のものだけでゲートを閉じる",
    ),
    (
        "Count what cannot be told as a fail, and hold --max-residual to the upper bound",
        "判断できないものを不適合とみなし、--max-residual を上限値に適用する",
    ),
    ("Close the gate if residual risk is above this many units", "残留リスクがこの単位数を超えたらゲートを閉じる"),
    (
        "Let evidence be missing that was asked for; printed in the report",
        "求めた証拠が欠けていても許す。報告に明記する",
    ),
    (
        "Exit with 0 whatever the gate says; printed in the report",
        "ゲートの結果にかかわらず終了コード0で終わる。報告に明記する",
    ),
    (
        "Write the evidence file, from which the same report can be made again",
        "証拠ファイルを書く。同じ報告を後から作れる",
    ),
    (
        "Write one archive with policy, checks, evidence, assessment and every report, for tenken verify; --key signs it",
        "方針・点検・証拠・判定・全報告を1つの書庫に書く(tenken verify 用)。--key で署名する",
    ),
    (
        "Judge evidence files instead of looking; may be given several times",
        "調べる代わりに証拠ファイルを判定する。複数指定できる",
    ),
    (
        "Judge as of this moment (2026-04-01 or RFC 3339); without it, now, or for --replay when the evidence was collected",
        "この時点で判定する(2026-04-01 またはRFC 3339)。省略時は現在、--replay では証拠の収集時",
    ),
    (
        "Ledger of runs, or none; without it .tenken/history.sqlite beside the site file, where that folder exists",
        "実施台帳、またはnone。省略時はサイトファイルの隣にフォルダがあれば .tenken/history.sqlite",
    ),
    (
        "Ed25519 key (of tenken keygen, OpenSSL or OpenSSH) that signs the bundle and what is added to the ledger",
        "証拠一式と台帳への追記に署名するEd25519鍵(tenken keygen、OpenSSL、OpenSSHのもの)",
    ),
    (
        "Every finding with its evidence; without it a bare https:// URL is summed up on one screen (text only)",
        "すべての指摘を証拠とともに示す。省略時、https:// のURLだけなら1画面に要約する(textのみ)",
    ),
    (
        "One screen for any target: the verdicts, the worst findings, and counts of the rest (text only)",
        "対象によらず1画面に要約する: 判定、最も重い指摘、残りの件数(textのみ)",
    ),
    ("The verdict alone, in one line", "判定だけを1行で示す"),
    ("Why each check matters, beside each finding", "各指摘に、その点検が重要な理由を添える"),
    (
        "A site file, a folder with tenken.yml, an https:// URL or a configuration file",
        "サイトファイル、tenken.yml のあるフォルダ、https:// のURL、または設定ファイル",
    ),
    ("Write the evidence to a file instead of standard output", "証拠を標準出力ではなくファイルに書く"),
    (
        "Collect as of this moment (2026-04-01 or RFC 3339); without it, now",
        "この時点として収集する(2026-04-01 またはRFC 3339)。省略時は現在",
    ),
    (
        "Id of a check, clause, parameter, kind or field, a framework item such as iso-27001:A.8.15, or, with --configuration, a URL",
        "点検・条項・パラメータ・種別・項目のID、iso-27001:A.8.15 のような基準の項目、または --configuration とともにURL",
    ),
    ("nginx.conf: what it answers to the URL, offline", "nginx.conf。URLに何を答えるかをオフラインで示す"),
    (
        "Folder that stands for / on the server, so that its files and absolute includes are found",
        "サーバ上の / とみなすフォルダ。ファイルと絶対パスのincludeを見つけるため",
    ),
    ("Address of the client, where access rules ask for it", "アクセス規則が問う、利用者側のアドレス"),
    ("text, markdown or json", "text、markdown、json のいずれか"),
    (
        "Evidence file of a run: a framework item then also says what each check gave there",
        "実施時の証拠ファイル。基準の項目に各点検の結果を添える",
    ),
    ("Policy whose clauses are named: a bundled id or a file", "条項を示す方針。組込みのIDまたはファイル"),
    ("Site file, folder, or nginx.conf", "サイトファイル、フォルダ、または nginx.conf"),
    (
        "Write the edits; the old text is kept beside each file as .NAME.tenken-backup",
        "変更を書き込む。元の内容は隣に .NAME.tenken-backup として残す",
    ),
    ("Also edits that may change how the site behaves", "サイトの動作を変えうる変更も含める"),
    ("Only these checks; * stands for anything", "この点検だけ。* は任意の文字列"),
    ("Not these checks", "この点検を除く"),
    ("Check files; without one, the bundled checks", "点検ファイル。省略時は組込みの点検"),
    (
        "site, policy, check, parameters, contractors, people, records, waivers, actions, evidence, report or logs",
        "site、policy、check、parameters、contractors、people、records、waivers、actions、evidence、report、logs のいずれか",
    ),
    (
        "URL of the site, or the main file of its web server's configuration",
        "サイトのURL、またはウェブサーバの主設定ファイル",
    ),
    ("Folder to write into", "書込み先のフォルダ"),
    ("The folder", "フォルダ"),
    ("The shell", "シェル"),
    (
        "Logs, plain or packed (gzip, zstd, xz, bzip2, zip); folders with all below them; - for standard input",
        "ログ(平文、gzip、zstd、xz、bzip2、zip)。フォルダはその下すべて。- は標準入力",
    ),
    (
        "The body's own published value, no hit: an address, @example.jp for a whole domain, or a number",
        "団体自身が公表している値で、検出としないもの: アドレス、ドメイン全体なら @example.jp、番号",
    ),
    (
        "YAML file with patterns of your own (log_patterns: [{ id, literal, regex, tier }])",
        "独自のパターンのYAMLファイル(log_patterns: [{ id, literal, regex, tier }])",
    ),
    ("Threads; without it, one for each core", "スレッド数。省略時はコアの数"),
    ("Exit with 1 for what only a person can tell as well", "人でなければ判断できないものでも終了コード1で終わる"),
    ("Let logs be unreadable; the report still names them", "読めないログがあっても許す。報告には示す"),
    ("Exit with 0 whatever was found", "検出の有無にかかわらず終了コード0で終わる"),
    ("Site file, or folder with tenken.yml", "サイトファイル、または tenken.yml のあるフォルダ"),
    (
        "Take the findings from an evidence file instead of looking again; files are written beside it",
        "調べ直さずに証拠ファイルの指摘を使う。ファイルはその隣に書く",
    ),
    (
        "Judge as of this moment; without it, now, or when the evidence was collected",
        "この時点で判定する。省略時は現在、または証拠の収集時",
    ),
    ("The finding, as the report names it: 16 hex digits", "指摘。報告に示された16桁の16進数"),
    (
        "Why it is accepted for a time; without it, the reason that a comment \"# tenken: CHECK because ...\" gives",
        "一時的に受け入れる理由。省略時は設定中の注釈「# tenken: CHECK because ...」の理由",
    ),
    ("Who answers for it", "責任を負う者"),
    ("Who approved it; somebody else than the owner", "承認者。責任者とは別の者"),
    ("When it was approved; without it, today", "承認日。省略時は今日"),
    (
        "Last day; without it, the longest that its band allows (critical 30, high 90, medium 180, low 365 days)",
        "期限の日。省略時は区分ごとの最長(緊急30日、高90日、中180日、低365日)",
    ),
    ("Cover more than this finding: a subject with * at its end", "この指摘以外も対象にする: 末尾に * を付けた対象"),
    ("A check that makes up for it and has to pass in every run", "これを補い、毎回適合していなければならない点検"),
    (
        "Give this owner, and the band's day, to every open finding that has none: written into the actions file",
        "担当者のない未是正の指摘すべてに、この担当者と区分ごとの期限を与え、actionsファイルに書く",
    ),
    ("text or json", "text または json"),
    (
        "The activity: policy-review, log-review, audit, self-inspection, backup, restore-test, exercise, training, acknowledgement, outage, risk-evaluation; or attestation, what a person states because no machine can see it",
        "活動: policy-review、log-review、audit、self-inspection、backup、restore-test、exercise、training、acknowledgement、outage、risk-evaluation。または attestation(機械では見えないことの申告)",
    ),
    ("Who did it: an id of the people file, a role or a firm", "実施者: 担当者ファイルのID、役職、または事業者"),
    ("When; without it, today", "実施日。省略時は今日"),
    ("Last day of what lasts: an outage", "続くもの(停止など)の最終日"),
    ("Of an attestation: the clause that it speaks for", "申告: 対象の条項"),
    ("Of an attestation: the check that it states not to apply", "申告: 対象外と述べる点検"),
    ("Of an attestation: what is stated", "申告: その内容"),
    (
        "Of an attestation: the day on which it ends by itself; without it, a year after it was stated",
        "申告: 効力が切れる日。省略時は申告の1年後",
    ),
    ("Whose work it looked at, where the two must differ", "誰の業務を見たか(両者が別でなければならない場合)"),
    ("Persons whom it covers", "対象とする者"),
    ("Where the paper is", "書類の所在"),
    ("Id of the record; without it, activity and day", "記録のID。省略時は活動と日付"),
    (
        "A table of a spreadsheet (CSV in UTF-8, UTF-16 or Shift_JIS) as contractors.yml",
        "表計算の表(UTF-8、UTF-16、Shift_JISのCSV)を contractors.yml にする",
    ),
    ("The table", "表"),
    ("Write to a file that is not there yet, instead of standard output", "標準出力ではなく、まだないファイルに書く"),
    ("The register as a table that a spreadsheet opens", "台帳を表計算で開ける表にする"),
    ("contractors.yml, or a table", "contractors.yml、または表"),
    ("Language of the headings; without it, that of the messages", "見出しの言語。省略時はメッセージの言語"),
    ("utf-8 (with a byte order mark) or shift_jis", "utf-8(BOM付き)または shift_jis"),
    ("Says what is wrong with a register, entry by entry", "台帳の誤りを1件ずつ示す"),
    ("The ledger", "台帳"),
    ("Every run: when, verdict, residual risk", "すべての実施: 日時、判定、残留リスク"),
    ("One run with what failed; without a number, the newest", "1回の実施とその不適合。番号の省略時は最新"),
    ("Number of the run", "実施の番号"),
    ("What changed between two runs; without numbers, the newest two", "2回の実施の差。番号の省略時は最新の2回"),
    ("The earlier run", "先の実施"),
    ("The later run", "後の実施"),
    (
        "Residual risk over time, worked out again from the kept outcomes, and the time to fix",
        "残した結果から計算し直した残留リスクの推移と、是正までの日数",
    ),
    ("Verify chain, numbers, findings and, with a key, signatures", "連鎖・番号・指摘と、鍵があれば署名を検証する"),
    (
        "Public key in PEM; every entry must be signed with it",
        "PEMの公開鍵。すべての項目がその署名を持たなければならない",
    ),
    ("Every entry as JSON lines", "すべての項目をJSON Linesで出力する"),
    (
        "File for the private key; the public one is written beside it with .pub at its end",
        "秘密鍵のファイル。公開鍵は末尾に .pub を付けて隣に書く",
    ),
    ("The bundle", "証拠一式"),
    (
        "Public key (PEM, or a line of OpenSSH) that must have signed it",
        "署名に用いたはずの公開鍵(PEM、またはOpenSSHの1行)",
    ),
    ("Print help (see a summary with '-h')", "説明を表示する(要約は -h)"),
    ("Print help (see more with '--help')", "説明を表示する(詳細は --help)"),
    ("Print version", "版を表示する"),
];
