"""Sentences by which walls in front of an article are known, in the languages of our outlets.

Data: `walls.py` decides. Each pattern is searched in one sentence; none is one that a report about such
things
would be full of, because it speaks to the reader.
"""

from __future__ import annotations

import re
from typing import Final


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


CONSENT: Final = _any(
    r"\b(?:we|us|our)\b.{0,60}\b(?:cookies?\b|partners\b.{0,60}\b(?:store"
    r"|access|process|data)|value your privacy)",
    r"store and/?(?:or)? access information on (?:a|your) device",
    r"(?:accept|reject|manage|refuse) (?:all|your|my)? ?(?:cookies|choices|preferences)",
    r"by (?:clicking|continuing|using).{0,80}(?:cookies|consent|agree)", r"legitimate interest",
    r"your (?:privacy|cookie|consent) (?:choices|settings|preferences)",
    r"this (?:web ?)?site uses cookies",
    r"you (?:can|may) .{0,60}(?:withdraw|change) your (?:consent|choice|preferences)",
    r"to process personal data",
    r"\b(?:nous|nos|notre)\b.{0,80}\b(?:cookies|partenaires\b.{0,80}\b(?:stock|accéd|trait|donn))",
    r"(?:en cliquant|en poursuivant).{0,100}(?:cookies|accept|consent)",
    r"(?:accepter|refuser|gérer|paramétrer) (?:tous |tout |les |mes "
    r"|vos )*(?:cookies|choix|préférences)", r"intérêt légitime", r"retirer votre consentement",
    r"\b(?:wir|unsere)\b.{0,80}\b(?:cookies|partner\b.{0,80}\b(?:speicher|zugreif|verarbeit|daten))",
    r"(?:alle )?cookies (?:akzeptieren|ablehnen|zulassen)",
    r"berechtigte[sn]? interesse", r"ihre einwilligung",
    r"mit (?:werbung|tracking).{0,40}(?:weiterlesen|nutzen|besuchen)", r"(?:werbefrei|pur-abo)",
    r"\b(?:utilizamos|usamos|nosotros|nuestros)\b.{0,80}\b(?:cookies|socios\b.{0,60}datos)",
    r"(?:aceptar|rechazar|gestionar|configurar) (?:todas )?(?:las )?cookies",
    r"interés legítimo", r"\b(?:utilizamos|nossos parceiros)\b.{0,80}\b(?:cookies|dados)",
    r"aceitar (?:todos )?(?:os )?cookies", r"interesse legítimo",
    r"\b(?:noi|i nostri)\b.{0,80}\b(?:cookie|partner\b.{0,60}(?:dati|archivi))",
    r"(?:accetta|rifiuta|gestisci) (?:tutti )?(?:i )?cookie", r"legittimo interesse",
    r"\b(?:my|nasi|nasze|używamy|wykorzystujemy)\b.{0,80}\b(?:plik\w+ cookies?"
    r"|cookies|partner\w+\b.{0,60}(?:dan|przetwarz))",
    r"(?:przejdź do serwisu|zgadzam się|wyrażam zgodę|akceptuję)",
    r"(?:мы|наш\w*)\b.{0,60}(?:cookies?|куки|файл\w+ cookie)",
    r"(?:сайт|портал) использует (?:файлы )?(?:cookies?|куки)",
    r"(?:принять|отклонить) (?:все )?(?:cookies?|куки)",
    r"соглас\w+ (?:с|на) (?:использован|обработк|политик)",
    r"çerez(?:ler)?(?:i|in|e)? (?:kullan|kabul|politika)", r"(?:wij|we) gebruiken cookies",
    r"cookies (?:accepteren|weigeren)", r"käytämme evästeitä", r"vi använder cookies",
    r"vi bruker (?:informasjonskapsler|cookies)", r"vi bruger cookies",
    r"χρησιμοποι(?:ούμε|εί) (?:τα )?cookies",
    r"(?:نحن|موقعنا|نستخدم|يستخدم).{0,50}(?:ملفات تعريف الارتباط|الكوكيز|كوكيز)",
    r"(?:قبول|رفض) (?:جميع |كل )?(?:ملفات تعريف الارتباط|الكوكيز)",
    r"(?:ما|این سایت).{0,40}کوکی", r"(?:我们|我們|本网站|本網站|本站)(?:.{0,20})(?:使用|利用)(?:.{0,10})cookie",
    r"(?:クッキー|cookie)(?:を|の)(?:使用|利用|同意)", r"쿠키를 (?:사용|허용|수락)",
)  # fmt: skip
BOT: Final = _any(
    r"checking (?:if the site connection is secure|your browser)",
    r"verif(?:y|ying) (?:that )?you are (?:a )?(?:human|not a (?:ro)?bot)",
    r"are you a (?:human|robot)", r"(?:enable|turn on|activate) (?:javascript|cookies)",
    r"review the security of your connection",
    r"(?:complete|solve|pass) (?:the|a|this) (?:captcha|security check|challenge)",
    r"unusual (?:traffic|activity) from your", r"(?:ddos protection|performance (?:and|&) security) by",
    r"ray id",
    r"your browser will (?:redirect|go on|be redirected)",
    r"(?:automated|bot) (?:access|requests|traffic|activity).{0,60}(?:detected"
    r"|blocked|not (?:allowed|permitted))",
    r"please (?:wait|stand by|be patient).{0,60}(?:check|verif|redirect|secure|second)",
    r"press (?:and|&) hold",
    r"vérifi(?:er|ons|cation).{0,60}(?:navigateur|humain|robot|connexion)",
    r"(?:activer|activez|autoriser) (?:le )?(?:javascript|les cookies)",
    r"(?:vous n'êtes|êtes-vous) pas un robot", r"êtes un humain",
    r"(?:überprüf|prüf)\w*.{0,60}(?:browser|mensch|verbindung|roboter)", r"kein roboter",
    r"(?:javascript|cookies).{0,30}(?:aktivieren|aktiviert)",
    r"(?:comprobando|verificando|verifica).{0,60}(?:navegador|humano|robot|conexión)",
    r"no (?:eres|es usted|soy) un robot", r"(?:active|habilite|habilita) (?:javascript|las cookies)",
    r"não (?:é|sou) um robô", r"(?:ative|habilite) o javascript",
    r"verificando .{0,40}(?:navegador|conexão|humano)", r"non sei un robot",
    r"(?:attiva|abilita) javascript",
    r"(?:sprawdz|weryfik)\w*.{0,50}(?:przegląd|człowiek|robot|połącz)", r"włącz (?:javascript|obsługę)",
    r"провер\w+.{0,50}(?:браузер|что вы (?:не робот|человек)|соединени|подключени|безопасност)",
    r"(?:не робот|вы человек)", r"включите (?:javascript|поддержку|cookie)",
    r"подозрительн\w+ (?:трафик|активност|запрос)",
    r"(?:запросы|трафик).{0,40}(?:похожи на автоматическ|с вашего)",
    r"(?:جاري|نتحقق|التحقق).{0,40}(?:المتصفح|متصفح|أنك (?:لست|إنسان)|الاتصال|بشر)", r"لست روبوت",
    r"(?:تفعيل|تمكين|بتفعيل|فعّل|يرجى تفعيل) (?:جافا|javascript|الجافا)",
    r"(?:ربات نیستید|در حال بررسی|بررسی امنیت)", r"javascript (?:را )?(?:فعال|روشن)",
    r"(?:robot olmadığınız|insan olduğunuz|tarayıcınız).{0,40}(?:doğrul|kontrol)",
    r"javascript'?i? etkinleştir",
    r"(?:正在|请|請)(?:.{0,10})(?:验证|驗證|检查|檢查)(?:.{0,20})(?:浏览器|瀏覽器|安全|人机|真人|机器人)",
    r"(?:启用|啟用|开启|開啟) ?(?:javascript|cookie)", r"ロボットではない", r"javascriptを有効", r"로봇이 아닙니다", r"자바스크립트를",
)  # fmt: skip
GEO: Final = _any(
    r"(?:not|isn.t|un)\s?available (?:in|to|from|for) (?:your|visitors (?:in"
    r"|from)) (?:region|country|location|area|the eu)",
    r"(?:content|site|page|service|article|video).{0,40}(?:not|isn.t) available (?:in"
    r"|to|from) (?:your|most|the (?:eu|european))",
    r"(?:visitors|users|readers|access) from (?:your|the|most) (?:country|region|location|eu"
    r"|european).{0,60}(?:cannot|can.t|not|denied|block|restrict|unable)",
    r"your (?:country|region|location).{0,60}(?:blocked|restricted|not (?:allowed"
    r"|supported|permitted|available)|cannot|denied)", r"(?:geo|region)[- ]?(?:blocked|restricted)",
    r"unavailable (?:due to|for) legal reasons",
    r"(?:european economic area"
    r"|general data protection regulation).{0,120}(?:access|cannot|unavailable|time)",
    r"you (?:do not|don.t) have (?:permission|access)",
    r"(?:your|this) ip (?:address )?(?:has been|is|was) (?:blocked|banned)",
    r"(?:pas|in)\s?(?:accessible|disponible) (?:dans|depuis) votre (?:pays|région|zone)",
    r"(?:in ihrer|in ihrem|aus ihrer|aus ihrem) (?:region|land|standort).{0,40}(?:nicht|gesperrt)",
    r"(?:no (?:está )?disponible|bloquead\w) en (?:su|tu) (?:país|región|zona|ubicación)",
    r"(?:não (?:está )?disponível|indisponível) (?:em|no|na) (?:seu|sua) (?:país|região)",
    r"non (?:è )?disponibile nel (?:tuo|suo) paese",
    r"niedostępn\w+ w (?:twoim|twojej|państwa) (?:kraju|regionie|lokalizacji)",
    r"недоступ\w+.{0,30}(?:в вашей (?:стране|регионе)|в вашем регионе"
    r"|из вашей|для вашего|на территории)",
    r"(?:غير متاح|غير متوفر|محظور|غير متاحة).{0,30}(?:بلدك|منطقتك|دولتك|موقعك)",
    r"(?:در کشور|منطقه) شما.{0,30}(?:در دسترس|قابل دسترس)",
    r"(?:bölgenizde|ülkenizde).{0,40}(?:kullanılam|erişilem|mevcut değil)",
    r"(?:您|你)(?:所在)?的?(?:国家|國家|地区|地區|区域|區域).{0,20}(?:无法|無法|不可|不能|不提供|禁止|限制)", r"お住まいの(?:国|地域)では",
    r"(?:귀하의|해당) (?:국가|지역)에서",
)  # fmt: skip
DENIED: Final = _any(
    r"access (?:to this (?:page|site|resource|content) )?(?:has been |is "
    r"|was )?(?:denied|blocked|forbidden|restricted)", r"accès (?:refusé|interdit|bloqué)",
    r"zugriff (?:verweigert|gesperrt)", r"acceso (?:denegado|restringido|prohibido)",
    r"acesso (?:negado|bloqueado)", r"accesso negato",
    r"(?:dostęp|odmowa) (?:zabroniony|zablokowany|dostępu)",
    r"доступ.{0,40}(?:запрещ|ограничен|заблокирован|закрыт)",
    r"(?:تم رفض|تم حظر|رفض|منع) (?:الوصول|الدخول)", r"دسترسی.{0,30}(?:مسدود|محدود|غیرمجاز)",
    r"erişim (?:engel|yasak|redded)", r"(?:访问|存取|拜访|訪問)(?:被|受到?|已被)?(?:拒绝|拒絕|限制|禁止)", r"アクセスが拒否",
)  # fmt: skip
LOGIN: Final = _any(
    r"(?:sign|log) ?in (?:or (?:sign up|register|subscribe|create)"
    r"|to (?:continue|read|view|access|your account))",
    r"(?:subscribe|register|sign up|create (?:an|a free) account).{0,60}(?:to (?:continue"
    r"|keep|read|unlock|access|view|get)|unlimited)",
    r"(?:already|not yet) a (?:subscriber|member|registered user)", r"already have an account",
    r"(?:for subscribers only|subscriber[- ](?:only|exclusive)|exclusive to (?:subscribers"
    r"|members)|reserved for (?:subscribers|members))",
    r"(?:reached|used|read) (?:your|the|all).{0,40}(?:limit|free articles?)",
    r"forgot(?:ten)? (?:your )?password", r"(?:cancel|renews?) (?:any ?time|automatically)",
    r"(?:first|per) month.{0,30}(?:cancel|free|trial)", r"free trial",
    r"(?:connectez|identifiez|inscrivez|abonnez)-vous.{0,80}(?:pour|afin|lire|accéder)?",
    r"(?:réservé|exclusif|exclusivement).{0,20}(?:aux|pour les|à nos) abonnés",
    r"déjà (?:abonné|inscrit|un compte)", r"mot de passe oublié", r"sans engagement",
    r"(?:anmelden|einloggen|registrieren|abonnieren).{0,60}(?:weiterlesen|lesen|zugang|konto)",
    r"bereits (?:abonnent|registriert|kunde|abonniert)", r"(?:nur|exklusiv) für abonnenten",
    r"passwort vergessen", r"monatlich kündbar",
    r"(?:inicia|inicie) sesión", r"(?:suscríbete|suscríbase|regístrate|regístrese)",
    r"(?:exclusivo|solo) para suscriptores", r"¿?ya (?:eres|es) suscriptor",
    r"¿?olvid(?:ó|aste) (?:su|tu) contraseña", r"(?:faça|fazer) (?:seu )?login",
    r"(?:assine|cadastre-se)", r"exclusivo para assinantes", r"(?:accedi|abbonati|registrati)\b",
    r"(?:sei già|hai già).{0,20}(?:abbonato|account)", r"(?:zaloguj|zarejestruj) się",
    r"(?:wykup|kup) (?:dostęp|subskrypcję|prenumeratę)", r"masz już (?:konto|subskrypcję)",
    r"(?:войдите|авторизуйтесь|зарегистрируйтесь|оформите подписку|подпишитесь,)",
    r"(?:только|доступ\w*).{0,20}(?:для|по) подпис", r"забыли пароль",
    r"уже (?:есть аккаунт|подписаны|зарегистрированы)",
    r"(?:تسجيل الدخول|سجل الدخول|سجّل الدخول|اشترك (?:الآن|للقراءة|لمتابعة)|للمشتركين فقط|نسيت كلمة)",
    r"(?:وارد شوید|ثبت نام کنید|برای مشترکان)", r"(?:giriş yap|üye ol|abone ol)\w*",
    r"(?:登录|登錄|登入|注册|註冊|订阅|訂閱)(?:.{0,12})(?:阅读|閱讀|继续|繼續|查看|账号|帳號)", r"(?:ログイン|会員登録)", r"会員限定", r"로그인",
)  # fmt: skip
PARKED: Final = _any(
    r"(?:this |the )?domain(?: name)?.{0,40}(?:is|may be|might be) (?:for sale|parked|available)",
    r"buy this domain", r"(?:domain|website) (?:has |is )?(?:expired|parked|suspended)",
    r"parked (?:free|for free|domain|courtesy)", r"(?:account|website|site) (?:has been|is) suspended",
    r"related searches:?$", r"(?:website|site|page) (?:is )?(?:coming soon|under construction)",
    r"(?:this is the )?default (?:web ?page|page|server)", r"welcome to nginx",
    r"apache2? (?:\w+ )?default page", r"it works!", r"hosting provider",
    r"domaine.{0,40}(?:à vendre|expiré|réservé)", r"domain.{0,30}(?:zu verkaufen|steht zum verkauf)",
    r"dominio.{0,30}(?:en venta|in vendita|expirado)", r"domínio.{0,20}(?:à venda|expirado)",
    r"домен.{0,40}(?:продается|продаётся|истек|истёк|припаркован|не привязан)",
    r"(?:النطاق|الدومين).{0,30}(?:للبيع|منته)", r"(?:域名|网域).{0,20}(?:出售|转让|过期|到期)",
    r"alan adı.{0,30}satılık", r"domena.{0,30}(?:na sprzedaż|wygasła)",
)  # fmt: skip
SCRIPT: Final = _any(
    r"(?:you need to|please|must) (?:enable|turn on|activate|allow) javascript",
    r"(?:javascript|js) (?:is )?(?:required|disabled|must be enabled|needs to be)",
    r"(?:requires|without) javascript", r"(?:outdated|unsupported|old) browser",
    r"(?:update|upgrade) your browser", r"loading\s?(?:\.\.\.|…)",
)  # fmt: skip

TEXTS: Final = {
    "consent_wall": CONSENT,
    "bot_check": BOT,
    "geo_block": GEO,
    "login_wall": LOGIN,
    "parked": PARKED,
    "script_only": SCRIPT,
}
"""Outcome to its sentences; of equals, the first is taken."""

DENIALS: Final = {"geo_block": DENIED}
"""Sentences that news is full of too: they count under a wall's own title only."""
TITLES: Final = _any(
    r"^\W*(?:just a moment|attention required|access (?:denied|to this page)|please wait|one moment"
    r"|security check|verif|are you (?:a )?(?:human"
    r"|robot)|robot|captcha|checking|forbidden|error|403|451|429|503|unavailable|not available|blocked"
    r"|restricted)",
    r"^\W*(?:un instant|accès (?:refusé|interdit)|vérification|zugriff verweigert|einen moment|acceso "
    r"denegado|un momento|acesso negado"
    r"|accesso negato|odmowa dostępu|доступ (?:запрещ|огранич|заблок)|проверка|تم رفض|الوصول|دسترسی|erişim"
    r"|访问|存取)",
    r"^\W*(?:sign in|log ?in|subscribe|register|connexion|se connecter|abonnez|anmelden|login"
    r"|iniciar sesión|вход|войти|авторизация|تسجيل الدخول|ورود|giriş|登录|登入|ログイン)",
    r"^\W*(?:we value your privacy|your privacy|privacy|cookies?|consent|vos choix|votre vie privée"
    r"|datenschutz|privatsphäre"
    r"|su privacidad|domain|parked|coming soon|under construction|welcome to nginx|suspended|index of"
    r"|default)",
    r"^[\w-]+(?:\.[\w-]+)+$|^\W*$",
)  # fmt: skip
"""Titles that name no story: a wall's own, a host's name, nothing."""
