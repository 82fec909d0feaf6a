"""Pieces of words by which a wall's sentences are ruled out at once. Data: `walls.py` decides."""

from __future__ import annotations

from typing import Final

STEMS: Final = {
    "consent_wall": (
        "cookie", "partner", "partenaire", "socios", "parceiros", "privacy", "consent", "légitime",
        "legítimo",
        "legittimo", "berechtigt", "einwilligung", "куки", "соглас", "çerez", "evästei",
        "informasjonskapsler",
        "الارتباط", "كوكيز", "کوکی", "クッキー", "쿠키", "zgad", "zgod", "akceptuj", "przejdź", "personal data",
        "werbefrei", "pur-abo", "tracking", "preferences", "choices", "agree", "legitimate",
    ),
    "bot_check": (
        "javascript", "javascrip", "captcha", "browser", "navigateur", "navegador", "przegląd", "human",
        "humain",
        "mensch", "robot", "robô", "роб", "браузер", "человек", "cookie", "security", "unusual", "ray id",
        "ddos",
        "automated", "bot ", "hold", "conex", "connexion", "verbindung", "безопасн", "соединени",
        "подозрительн",
        "запросы", "المتصفح", "متصفح", "روبوت", "جافا", "الجافا", "ربات", "بررسی", "tarayıcı", "验证", "驗證",
        "检查",
        "檢查", "启用", "啟用", "开启", "開啟", "ロボット", "로봇", "자바스크립트", "secure", "please wait", "połącz", "человек",
        "włącz",
    ),
    "geo_block": (
        "your region", "your country", "your location", "your area", "available", "from your", "from the eu",
        "european", "geo", "region-", "legal reasons", "permission", "have access", " ip ", "votre pays",
        "votre région", "votre zone", "ihrer region", "ihrem land", "ihrer", "ihrem", "su país", "tu país",
        "región",
        "seu país", "sua região", "tuo paese", "suo paese", "twoim", "twojej", "państwa", "вашей", "вашем",
        "вашего",
        "بلدك", "منطقتك", "دولتك", "موقعك", "شما", "bölgeniz", "ülkeniz", "您", "你", "お住まい", "귀하", "해당",
        "denied",
        "blocked", "forbidden", "restricted", "refusé", "interdit", "verweigert", "gesperrt", "denegado",
        "negado",
        "negato", "odmowa", "доступ", "الوصول", "الدخول", "دسترسی", "erişim", "访问", "存取", "訪問", "アクセス",
        "regions",
        "недоступ", "niedostępn",
    ),
    "login_wall": (
        "sign in", "log in", "signin", "login", "subscri", "regist", "account", "password", "cancel any",
        "renew",
        "month", "free trial", "connectez", "identifiez", "inscrivez", "abonn", "mot de passe",
        "engagement", "anmeld",
        "einlogg", "passwort", "kündbar", "sesión", "suscr", "contraseña", "assin", "cadastr", "accedi",
        "abbon",
        "zaloguj", "zarejestruj", "wykup", "kup ", "masz już", "войдите", "авториз", "зарегистр", "подпис",
        "парол",
        "аккаунт", "تسجيل", "سجل", "سجّل", "اشترك", "للمشتركين", "كلمة", "وارد", "ثبت نام", "مشترکان",
        "giriş", "üye ol",
        "abone", "登录", "登錄", "登入", "注册", "註冊", "订阅", "訂閱", "ログイン", "会員", "로그인", "limit", "free article",
        "sign up",
        "create a", "already", "not yet", "member", "déjà",
    ),
    "parked": (
        "domain", "dominio", "domínio", "domaine", "домен", "النطاق", "الدومين", "域名", "网域", "alan adı",
        "parked",
        "suspended", "related search", "coming soon", "under construction", "default", "nginx", "apache",
        "it works",
        "hosting", "domena", "expired", "website",
    ),
    "script_only": ("javascript", "js ", "browser", "loading"),
}  # fmt: skip
"""Lower-case pieces of which each sentence of `TEXTS` holds one: cheaper to look for than the sentences."""
