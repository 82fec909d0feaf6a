"""Short news in several scripts, written for these tests; the first sentences of each say the same."""

from __future__ import annotations

BRIDGE = {
    "en": "The long bridge over the river opened to traffic on Monday after six years of work. It is 2,840 metres long and cost 312 million.\n\n"
    "Until now drivers waited up to nine hours for one of the four ferries. Engineers expect 6,500 "
    "vehicles a day.",
    "fr": "Le long pont sur le fleuve a été ouvert à la circulation lundi après six ans de travaux. Il mesure 2 840 mètres et a coûté 312 millions.\n\n"
    "Jusqu'ici, les conducteurs attendaient jusqu'à neuf heures l'un des quatre bacs. Les ingénieurs "
    "prévoient 6 500 véhicules par jour.",
    "ru": "Длинный мост через реку открыли для движения в понедельник после шести лет работ. Его длина 2840 метров, он обошёлся в 312 миллионов.\n\n"
    "До сих пор водители ждали один из четырёх паромов до девяти часов. Инженеры ожидают 6500 машин в день.",
    "ar": "افتُتح الجسر الطويل فوق النهر أمام حركة المرور يوم الاثنين بعد ست سنوات من العمل. يبلغ طوله ٢٨٤٠ مترًا وبلغت كلفته ٣١٢ مليونًا.\n\n"
    "وكان السائقون ينتظرون حتى الآن تسع ساعات إحدى العبّارات الأربع. ويتوقع المهندسون مرور ٦٥٠٠ مركبة "
    "يوميًا.",
    "ha": "An buɗe doguwar gadar da ke kan kogin ga ababen hawa ranar Litinin bayan shekaru shida na aiki. Tsawonta mita 2,840 kuma ta ci miliyan 312.\n\n"
    "Har zuwa yanzu direbobi suna jiran ɗaya daga cikin jiragen ruwa huɗu har awa tara. Injiniyoyi suna sa "
    "ran motoci 6,500 a rana.",
    "zh": "经过六年施工，横跨河流的长桥于周一通车。大桥全长2840米，耗资3.12亿。\n\n此前，司机等候四艘渡轮之一要长达九个小时。工程师预计每天有6500辆车通过。",
}
OTHER = {
    "en": "The national football team won the cup final on penalties on Saturday night. The goalkeeper saved three shots.",
    "fr": "L'équipe nationale de football a remporté la finale de la coupe aux tirs au but samedi soir. Le gardien a arrêté trois tirs.",
    "ru": "Сборная по футболу выиграла финал кубка по пенальти в субботу вечером. Вратарь отбил три удара.",
    "ar": "فاز المنتخب الوطني لكرة القدم بنهائي الكأس بركلات الترجيح مساء السبت. وتصدى الحارس لثلاث ركلات.",
    "ha": "Ƙungiyar ƙwallon ƙafa ta ƙasa ta lashe wasan ƙarshe na kofi da bugun fanareti a daren Asabar. Mai tsaron gida ya hana ƙwallo uku.",
    "zh": "国家足球队周六晚上通过点球大战赢得杯赛决赛。守门员扑出了三个点球。",
}
