//! The words of many languages by which quotes and signatures are known, in lower case.

/// "wrote", as it stands in the line above a quote.
#[rustfmt::skip]
pub(super) const WROTE: &[&str] = &[
    "wrote", "writes", "sent", "said", "has written", "schrieb", "geschrieben", "a écrit", "a ecrit", "écrivait", "écrit",
    "ha scritto", "scrive", "escribió", "escribio", "ha escrito", "escreveu", "schreef", "geschreven", "skrev",
    "følgende", "kirjoitti", "napisał", "napisała", "napisał(a)", "napisal", "napsal", "napsal(a)", "napísal", "написал",
    "написала", "написал(а)", "писал", "пишет", "написав", "пише", "írta", "a scris", "yazdı", "şunu yazdı", "έγραψε",
    "napisao", "napisala", "je napisal", "rašė", "kirjutas", "rakstīja", "va escriure", "idatzi du", "skrifaði", "viết",
    "menulis", "tulis", "写道", "寫道", "写到", "书写", "さんは書きました", "のメッセージ", "님이 작성", "작성", "כתב", "כתבה",
    "كتب", "เขียนว่า",
];

/// The first words of such a line. (Lines that begin with a date need none.)
#[rustfmt::skip]
pub(super) const STARTS: &[&str] = &[
    "on", "le", "am", "el", "il", "em", "op", "den", "på", "w", "dnia", "dne", "dňa", "в", "in", "a", "la", "al", "at", "van",
    "von", "de", "da", "fra", "från", "från:", "tir", "man", "ons", "tor", "fre", "lør", "søn", "ti", "ke", "to", "pe", "la",
    "su", "ma", "ср", "пн", "вт", "чт", "пт", "сб", "вс", "в", "вск", "στις", "tarihinde", "pada", "vào", "在", "于", "於",
    "this", "quoting", "zitat", "citando", "um", "dana", "em:", "---", "----", "sent",
];

/// Names of header fields that say who wrote.
#[rustfmt::skip]
pub(super) const FROM: &[&str] = &[
    "from", "von", "de", "da", "van", "fra", "från", "lähettäjä", "od", "od:", "от", "от кого", "від", "kimden", "gönderen",
    "feladó", "de la", "expéditeur", "expediteur", "remitente", "mittente", "afzender", "avsändare", "nadawca", "odesílatel",
    "odosielateľ", "отправитель", "αποστολέας", "από", "发件人", "寄件者", "寄件人", "差出人", "送信者", "보낸 사람", "보낸사람",
    "מאת", "من", "จาก", "từ", "dari", "saatja", "no", "nuo", "pošiljatelj", "šalje",
];

/// Those that say when.
#[rustfmt::skip]
pub(super) const DATE: &[&str] = &[
    "date", "sent", "gesendet", "message du", "datum", "envoyé", "envoyé le", "envoye", "date d'envoi", "fecha", "enviado", "enviado el",
    "enviado em", "enviada em", "enviada", "data", "inviato", "verzonden", "sendt", "dato", "skickat", "lähetetty", "päivämäärä",
    "päiväys", "wysłano", "wysłane", "odesláno", "odoslané", "dátum", "дата", "отправлено", "надіслано", "tarih", "gönderildi",
    "gönderme tarihi", "elküldve", "küldve", "trimis", "dată", "ημερομηνία", "στάλθηκε", "发送时间", "日期", "寄件日期", "日時",
    "送信日時", "送信", "보낸 날짜", "날짜", "נשלח", "תאריך", "تاريخ", "วันที่", "ngày", "tanggal", "dikirim", "saadetud",
];

/// Those that say to whom.
#[rustfmt::skip]
pub(super) const TO: &[&str] = &[
    "to", "an", "à", "a", "para", "per", "aan", "til", "till", "vastaanottaja", "do", "komu", "pre", "кому", "kime", "alıcı",
    "címzett", "către", "catre", "destinataire", "destinataires", "destinatario", "destinatário", "προς", "收件人", "收件者",
    "宛先", "받는 사람", "받는사람", "אל", "إلى", "ถึง", "đến", "kepada", "cc", "kopie", "kopia", "copie à", "cópia", "copia",
    "kopio", "抄送", "副本", "참조", "копия", "копія", "bcc", "reply-to", "antwort an", "répondre à",
];

/// Those that say what about.
#[rustfmt::skip]
pub(super) const SUBJECT: &[&str] = &[
    "subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "emne", "ämne", "aihe", "temat", "předmět",
    "predmet", "тема", "konu", "tárgy", "subiect", "θέμα", "主题", "主旨", "件名", "제목", "נושא", "موضوع", "الموضوع", "เรื่อง",
    "chủ đề", "subjek", "teema", "assumpte", "re",
];

/// What stands between dashes above a mail that is answered.
#[rustfmt::skip]
pub(super) const ORIGINAL: &[&str] = &[
    "original message", "original mail", "original e-mail", "original email", "reply message", "original appointment",
    "ursprüngliche nachricht", "urspruengliche nachricht", "originalnachricht", "original-nachricht", "antwort nachricht",
    "message d'origine", "message original", "message initial", "mensaje original", "mensagem original", "messaggio originale",
    "messaggio inviato", "oorspronkelijk bericht", "origineel bericht", "oprindelig meddelelse", "oprindelig besked",
    "originalmeddelelse", "opprinnelig melding", "opprinnelig e-post", "ursprungligt meddelande", "originalmeddelande",
    "alkuperäinen viesti", "oryginalna wiadomość", "wiadomość oryginalna", "původní zpráva", "pôvodná správa",
    "исходное сообщение", "исходное письмо", "первоначальное сообщение", "оригинальное сообщение", "пересылаемое",
    "вихідне повідомлення", "orijinal mesaj", "özgün ileti", "orijinal ileti", "eredeti üzenet", "mesaj original",
    "αρχικό μήνυμα", "原始邮件", "原始郵件", "原始消息", "原邮件", "元のメッセージ", "オリジナルメッセージ", "원본 메시지", "원본 메일",
    "הודעה מקורית", "الرسالة الأصلية", "izvirno sporočilo", "originalna poruka", "missatge original",
];

/// What stands above a mail that is passed on.
#[rustfmt::skip]
pub(super) const PASSED_ON: &[&str] = &[
    "forwarded message", "forwarded by", "begin forwarded message", "forwarded mail", "weitergeleitete nachricht",
    "anfang der weitergeleiteten", "message transféré", "message transmis", "début du message", "mensaje reenviado",
    "mensagem encaminhada", "mensagem reencaminhada", "messaggio inoltrato", "inizio messaggio inoltrato",
    "doorgestuurd bericht", "begin doorgestuurd bericht", "videresendt", "vidarebefordrat", "edelleenlähetetty", "välitetty viesti",
    "wiadomość przekazana", "przekazana wiadomość", "přeposlaná zpráva", "пересылаемое сообщение", "пересланное сообщение",
    "переслане повідомлення", "iletilen mesaj", "yönlendirilen", "továbbított üzenet", "mesaj redirecționat", "προωθημένο μήνυμα",
    "转发的邮件", "轉寄的郵件", "转发邮件", "転送", "전달된 메시지", "הודעה שהועברה",
];

/// Subjects of mails that pass another one on.
#[rustfmt::skip]
pub(super) const PASSED_ON_SUBJECTS: &[&str] = &[
    "fwd:", "fw:", "wg:", "tr:", "rv:", "enc:", "i:", "doorst:", "vs:", "vb:", "vl:", "pd:", "továbbítás:", "转发:", "轉寄:", "전달:",
    "ilt:", "πρθ:", "пересл:",
];

/// What ends a letter before the name.
#[rustfmt::skip]
pub(super) const CLOSINGS: &[&str] = &[
    "regards", "best regards", "kind regards", "warm regards", "warmest regards", "with kind regards", "with best regards",
    "many regards", "best", "best wishes", "all the best", "cheers", "thanks", "many thanks", "thanks and regards",
    "thanks & regards", "thank you", "thank you very much", "thanks in advance", "thanks again", "sincerely", "sincerely yours",
    "yours sincerely", "yours faithfully", "yours truly", "respectfully", "cordially", "br", "rgds", "kr",
    "mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "freundliche grüße", "freundliche grüsse",
    "viele grüße", "viele grüsse", "liebe grüße", "beste grüße", "beste grüsse", "herzliche grüße", "schöne grüße", "grüße",
    "gruß", "lg", "mfg", "vg", "danke", "vielen dank", "cordialement", "bien cordialement", "bien à vous", "merci",
    "merci d'avance", "salutations", "sincères salutations", "meilleures salutations", "saludos", "un saludo", "saludos cordiales",
    "atentamente", "cordialmente", "gracias", "muchas gracias", "atenciosamente", "cumprimentos", "com os melhores cumprimentos",
    "obrigado", "obrigada", "abraço", "cordiali saluti", "distinti saluti", "saluti", "grazie", "un saluto", "met vriendelijke groet",
    "met vriendelijke groeten", "vriendelijke groet", "vriendelijke groeten", "groeten", "groet", "mvg", "bedankt", "med venlig hilsen",
    "venlig hilsen", "hilsen", "mvh", "med vennlig hilsen", "vennlig hilsen", "med vänliga hälsningar", "vänliga hälsningar", "hälsningar",
    "tack", "ystävällisin terveisin", "terveisin", "kiitos", "pozdrawiam", "z poważaniem", "s pozdravem", "s pozdravom",
    "с уважением", "спасибо", "з повагою", "saygılarımla", "iyi çalışmalar", "teşekkürler", "üdvözlettel", "cu stimă",
    "με εκτίμηση", "此致", "祝好", "谢谢", "よろしくお願いします", "よろしくお願いいたします", "敬具", "감사합니다", "בברכה", "مع التحية",
];

/// How the line begins that a program or a telephone puts under a mail.
#[rustfmt::skip]
pub(super) const SENT_FROM: &[&str] = &[
    "sent from ", "sent via ", "sent with ", "sent using ", "get outlook for ", "send from my ", "von meinem ", "gesendet von ",
    "gesendet mit ", "gesendet über ", "diese nachricht wurde von meinem", "envoyé de ", "envoyé depuis ", "envoyé à partir d",
    "envoyé avec ", "télécharger outlook", "obtenir outlook", "enviado desde ", "enviado do ", "enviado de ", "enviado a partir d",
    "obtener outlook", "obter o outlook", "inviato da ", "inviato dal ", "scarica outlook", "verstuurd vanaf ", "verzonden vanaf ",
    "verzonden met ", "verstuurd vanuit ", "outlook voor ", "download outlook", "sendt fra ", "skickat från ", "skickades från ", "hämta outlook",
    "lähetetty ", "wysłano z ", "wysłane z ", "pobierz outlook", "odesláno z ", "odoslané z ", "отправлено с ", "отправлено из ", "надіслано з ",
    "iphone'umdan", "ipad'imden", "elküldve a", "küldve a", "trimis de pe ", "trimis din ", "στάλθηκε από ", "发自我的", "從我的", "iphoneから送信",
    "iphone から送信", "나의 iphone", "iphone에서", "נשלח מה", "أُرسلت من", "sent by ", "poslano z ", "enviat des ",
];

/// What the footers of lists and services say.
#[rustfmt::skip]
pub(super) const FOOTERS: &[&str] = &[
    "mailing list", "unsubscribe", "to unsubscribe", "abmelden", "abbestellen", "se désabonner", "desuscribirse", "darse de baja",
    "you received this message because", "you are receiving this", "confidential", "vertraulich", "disclaimer", "listinfo",
    "virus-free", "virenfrei", "avast", "this e-mail and any attachments", "this email and any attachments",
];
