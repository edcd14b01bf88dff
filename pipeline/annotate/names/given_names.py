"""Given names that tell a man from a woman, for "he" and "she"; unknown is the common answer."""

from __future__ import annotations

import re

MALE = frozenset(
    "aaron abdul abdullah abraham adam adrian ahmad ahmed alan albert alejandro aleksandr alex "
    "alexander alexei alfred ali allen amir anders andre andrei andrew andy anthony antonio "
    "antony arjun arnold arthur ashraf ban barack barry ben benjamin bernard bernie bill billy "
    "bob boris brad brandon brett brian bruce bryan carl carlos cesar charles chris christopher "
    "chuck colin craig cyril dan daniel darrell dave david dean dennis derek diego dmitri dmitry "
    "don donald doug douglas dwayne ed eddie edward elon emmanuel enrique eric erik ernest evan "
    "felipe fernando francis francisco frank franklin fred gary gavin gennady geoffrey george "
    "gerald gianni giovanni glenn gordon greg gregory guillermo gustavo hamid hans harold harry "
    "hassan henry herman howard hugh hussein ian ibrahim igor imran isaac ismail ivan jack jacob "
    "jair jake james jamie jared jason javier jay jeb jeff jeffrey jens jeremy jerry jesus jim "
    "jimmy joe joel johan john johnny jonathan jorge jose joseph josh joshua josé juan julian "
    "julius justin karl keith ken kenneth kevin kofi kwame larry lars lawrence lee leon leonard "
    "lindsey lloyd louis luis luiz luke mahmoud malcolm manuel marco marcus mario mark martin "
    "marvin matt matthew mauricio max michael miguel mike mikhail mitch mitt mohamed mohammad "
    "mohammed moses muhammad mustafa narendra nathan neil nelson nicholas nicolas nigel nikolai "
    "noah olaf oleg oliver omar oscar otto pablo patrick paul pavel pedro pete peter phil philip "
    "pierre rahul ralph ramon randy raul ray raymond recep ricardo richard rick rob robert "
    "roberto rodrigo roger roland ron ronald roy rudy russell ryan salman sam samuel santiago "
    "scott sean sebastian sergei sergey sergio seth shane shinzo simon spencer stanley stephen "
    "steve steven stuart ted terry thabo thomas tim timothy todd tom tommy tony travis tyler "
    "uhuru victor viktor vincent vladimir volodymyr walter warren wayne wilbur william xavier "
    "yasser yuri yusuf zhang".split()
)
FEMALE = frozenset(
    "abigail aisha alexandra alice alicia alison allison amanda amina amy ana andrea angela anita "
    "ann anna anne annie audrey barbara beatrice becky beth betty beverly bonnie brenda brittany "
    "camille carla carly carmen carol caroline carolyn catherine cecilia charlotte cheryl "
    "christina christine cindy claire clara claudia connie courtney cristina crystal cynthia "
    "daisy dana danielle debbie deborah denise diana diane dianne dilma donna dora doris dorothy "
    "ebony eileen elaine eleanor elena elizabeth ellen emily emma erin esther eva evelyn fatima "
    "fatma fiona florence frances gabriela gail gina gloria grace greta gwen haley hannah heather "
    "heidi helen hillary hope huma ida indira irene iris isabel isabella ivanka jacinda jane janet "
    "janice jean jeanne jennifer jenny jessica jill joan joanna jodi josephine joy joyce juanita "
    "judith judy julia julie kamala karen karin kate katherine kathleen kathy katie katrina kelly "
    "kellyanne kim kimberly kirsten kristen kristin laura lauren laurie leila leslie lilian lily "
    "linda lisa lois loretta lori louise lucia lucy luisa lydia madeleine maggie maria marie "
    "marilyn marina marissa marjorie martha mary maureen megan melania melissa mercedes michele "
    "michelle mona monica nadia nancy naomi natalia natalie ngozi nicole nina nora olga olivia "
    "omarosa pam pamela patricia patty paula pauline peggy penny phyllis rachel rebecca regina "
    "renee rhonda rita roberta robin rosa rose rosemary ruth sally samantha sandra sara sarah "
    "sharon sheila shirley simone sofia sonia sophia sophie stacey stella stephanie sue susan "
    "susanna suzanne svetlana sylvia tamara tammy tanya tara tatiana teresa theresa therese "
    "tiffany tina tracy ursula valentina valerie vanessa vera veronica vicky victoria virginia "
    "wanda wendy whitney yvette yvonne zainab zoe".split()
)


_MALE_WORDS = frozenset(
    "he his him himself father husband son brother grandfather king prince chairman spokesman "
    "congressman businessman policeman fireman widower actor uncle nephew boy monk".split()
)
_FEMALE_WORDS = frozenset(
    "she her hers herself mother wife daughter sister grandmother queen princess chairwoman "
    "spokeswoman congresswoman businesswoman policewoman widow actress aunt niece girl nun".split()
)
_WORD = re.compile(r"[a-z]+")


def gender_votes(words: str) -> tuple[int, int]:
    """Count words that speak for a man and for a woman; "he" and "she" count twice.

    A subject pronoun means the person named in the sentence more often than "his" and "her" do.
    """
    found = _WORD.findall(words.lower())
    male = sum((word in _MALE_WORDS) + (word == "he") for word in found)
    female = sum((word in _FEMALE_WORDS) + (word == "she") for word in found)
    return male, female


def given_name_gender(name: str) -> str | None:
    """Return "m" or "f" for a full name whose first word is a well-known given name, or None."""
    first = name.split()[0].lower().rstrip(".") if name.split() else ""
    if first in MALE:
        return "m"
    return "f" if first in FEMALE else None
