"""What a character that the start does not know can begin as: an unvoiced or larger kana, a variant, a near meaning."""

from __future__ import annotations

import unicodedata

#: Japanese forms, and characters made in Japan, each beside a Chinese form of the same character or one of like meaning.
_PAIRS = """
拠据 鉱矿 暦历 曽曾 陥陷 繰操 縦纵 挿插 隷隶 摂摄 賛赞 釈释 犠牺 巣巢 殻壳 遡溯 顕显 拝拜 汚污 騒骚 捜搜 奨奖 壌壤 酎酒 鋳铸 渓溪 髄髓 戯戏 勲勋 醸酿 勅敕 揺摇
剰剩 讃赞 枠框 斉齐 砦寨 猟猎 疎疏 砕碎 懐怀 粋粹 謡谣 鋭锐 黙默 峠岭 噂谣 箒帚 楕椭 繊纤 塁垒 麹曲 喩喻 錬炼 粛肃 拶押 樋管 壱一 渇渴 寳宝 惣总 楯盾
匁两 呉吴 縞纹 噛咬 捗进 廻回 搾榨 暁晓 瞽盲 靭韧 靱韧 掻搔 頬颊 鶏鸡 醤酱 塀墙 匂香 繍绣 蝋蜡 麺面 藁稿 袴裤 俣分 讐仇 妬嫉 癩癞 噺话 髭胡 聡聪 覗窥 塒巢 贋假
槙树 囃唱 藪薮 諍争 俵包 倹俭 諚令 舘馆 昺炳 薫熏 冑胄 囮诱 鉦钲 鋲钉 蓣薯 弐二 撹搅 籓藩 宍肉 頚颈 邉边 煕熙 閤阁 巌岩 訃丧 罠陷 掟规 雫滴 凧筝 糲粮 籠笼 込入
働动 畑田 辻路 笹竹 榊神 栃木 枡升 桝升 凪静 躾教 鰯鱼 鯰鱼 鰡鱼 鱒鱼 鰐鳄 鮫鲨 鴎鸥 鴬莺 鴫鸟 鵜鸟 蝿蝇 冴冷 侭尽 埜野 尭尧 廼乃 疋匹 穐秋 粁里 粍米 糎米
糸丝 芸艺 弁辩 欠缺 缶罐 予预 余馀 闘斗 圏圈 広广 圧压 営营 駅驿 円圆 応应 桜樱 価价 絵绘 覚觉 楽乐 関关 観观 気气 帰归 拡扩 亀龟 偽伪 転转 伝传 売卖 発发 読读
""".split()
_COUNTERPARTS = {pair[0]: pair[1] for pair in _PAIRS}
_LARGE = dict(zip("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ", strict=True))


def hiragana(char: str) -> str:
    return chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char


def full_width(char: str) -> str | None:
    """The wide form of a printable ASCII character, which is the one that Chinese texts mostly use for punctuation."""
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else None


def relatives(char: str) -> list[str]:
    """Characters whose vector stands in for that of `char`, the best first, itself not among them."""
    plain = unicodedata.normalize("NFD", char)[0]
    found = [plain, _COUNTERPARTS.get(char, char), hiragana(plain), _LARGE.get(hiragana(plain), plain)]
    if "㇀" <= char <= "ㇿ":
        found.append(unicodedata.normalize("NFKC", unicodedata.name(char).rsplit(" ", 1)[-1]))
    return [other for other in dict.fromkeys(found) if other != char]
