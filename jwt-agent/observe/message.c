/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/observe/message.h"

#include <string.h>

/* An id is made once and never changes: systemd-id128 new. */
static const struct message messages[] = {
    {"account", "b9afe0e7fa92416cb81e9901ce090a1b"},
    {"agent-started", "629f158c4fd245029ffa093c60d12c2b"},
    {"agent-stopped", "fde6d91256884c59a600e436ab1ef9de"},
    {"alert-cleared", "9b53dda681014a469b06207207f43809"},
    {"alert-fired", "c52cbbb58b524108a7d35e603a308a1d"},
    {"alert-list", "e8f83f7ff9c8439f8fb693ed7deec6d0"},
    {"alert-test", "3474dfb3c7ad4f73a487bdced5b02f56"},
    {"audit-head", "ed6e246dc6614789ba913c1ac700d451"},
    {"audit-heads-changed", "fc3fbc0a0fdc4a44aef9b557029e3f0c"},
    {"audit-hold", "b5611ae8d45f41ef8c54cff71444d895"},
    {"audit-list", "5481f025f63b46f69b7b5b0a2defb502"},
    {"audit-verify", "69c60227f7bb4833a5c63ad6b41bd2d6"},
    {"change-token", "c5cf5522b8d04130b2de9460d23d3fd1"},
    {"clock-jump", "9ea76bebcf4e4e388bacf1287e25a7a6"},
    {"clock-keep", "4a9f6de474a346e7b9be52a2ded020e6"},
    {"code-guessing", "7eadda16e2a14bf3a594f1e7e871279a"},
    {"code-new", "1219ddfa354743a99aa6f4072aa884d1"},
    {"config-changed", "2961551f207145dfb92ebf78326aba9b"},
    {"credential", "fbc3a33224fc4aa49d1cc1660e7e18c1"},
    {"data-key-removed", "7e5b2ee2948b486d95d1962a4cc923ad"},
    {"device-list", "a7357188de1943798c98f746020787e1"},
    {"device-rename", "0b06892b55864a1a9610553441cd0ae6"},
    {"device-restore", "82726a29f6b84136a802f7cc099b850a"},
    {"device-revoke", "28e971e0b0b247a686b5b150c0a8e32f"},
    {"device-show", "87aae5e285e94e15b65e779f6af0defc"},
    {"enroll", "6f57b692a0da4a85a46be74067dc98d6"},
    {"enroll-again", "6f497baf7f1e4e4f83acb9cd0b0a2c96"},
    {"explain", "02cb5bacde7a41ba9e5c7ba6487ad007"},
    {"export", "027825da8c9c43b791dff50a3237e65f"},
    {"flag-list", "245d0b05a4c04ac7afcddea131e9421b"},
    {"flag-set", "ecc983a00eba45f1b2e0fafadad22a46"},
    {"flag-undo", "ea44b15683534198be4018d2982c474c"},
    {"floods-end", "e10d36f9d8244d2f89437c5c08de0ff9"},
    {"import", "29898404557241c4abac1bb79479ce47"},
    {"issuer-list", "990e71a4790e46ef8c1e6a7f9fe2b8fa"},
    {"issuer-refresh", "684dd8be621444ecb63225291ca53565"},
    {"issuer-revoke", "36480d15f4f24bb5a012a6cf23e56b9f"},
    {"issuer-show", "e49e1b768c5d4f458013a93d908a41b2"},
    {"key-activated", "b5bae3a8eb30402e93e7aa59f66afed6"},
    {"key-list", "062a002b715244d8bb04518fdbe0bff0"},
    {"key-made", "20887ccd95214e64a1369c6b8adb80aa"},
    {"key-master", "29979bc93dbd419ba1370df060ff78c1"},
    {"key-removed", "5acdee2a896446b49ab771d4f9f81162"},
    {"key-retired", "d32e9060ce9a4c548d3deb0f809b9694"},
    {"key-rotate", "2cf2302ca5184560ad889406d4f08625"},
    {"key-rotate-data", "4d5eaf258b8245d1912fd78bc2cb7e46"},
    {"key-rotate-master", "aecd3f44ba704104bde038d33679f2fc"},
    {"keys-failed", "a28310c475d04fbfadd3d9eafe66de30"},
    {"keys-fetched", "12e34de907db4a088ebfbeedcf538728"},
    {"keys-keep", "a365295c14bb465683aa5b291abb9511"},
    {"list-keys", "8c801f361deb4b8384b45d24eb77c366"},
    {"login", "dc3220b7981f40b9bfd1500865868fc3"},
    {"metrics", "729cb0444fa1401495eb933fb06d166b"},
    {"observe", "a380d7d02ae8453ab7202cc5b8fb4b73"},
    {"odd-failures", "d92df133398747eab978544e61d30add"},
    {"odd-fingerprint", "f3cb75a640ff41388b51fd2a38ed91ac"},
    {"odd-network", "9bf37407d8a34043b44572be352ee586"},
    {"refresh", "099aeee4b29f425baf324c4d988ec8fe"},
    {"reseal-stuck", "6648c02d73fe4729ad6be002cf10ec00"},
    {"session-close", "2172972f0e0a49a1ab1b68b551c04972"},
    {"session-list", "bd2eb608122d47909aa961d4c86fa73b"},
    {"session-open", "7afd8c2a8d4d45aeb4b1e072e23cf145"},
    {"session-show", "98479629d63e467eb2f7f6a97fe9eeba"},
    {"session-signal", "dab15debf7e449f997a58426ed1158af"},
    {"session-terminate", "6b67cb9c004449c79c369677c15cdd29"},
    {"session-watch", "5c3371c96a5c44958341aa5e295c4fc5"},
    {"sessions-ended", "9c7fc9af613249c68c1b8da9ddd3c424"},
    {"start", "7e76082619b94563b8f56521ea0295ae"},
    {"start-failed", "2070f0154c934f37924dee6c5d1d47cb"},
    {"status", "f6f002c6515b4695b9172b2382229d6d"},
    {"stop", "2f31b540dc30472d97551e0f4109ecdd"},
    {"store-check", "1674961357ac4b7aad05ff6218329e8f"},
    {"store-fault", "f390bce363a14099bf5ccb7f60774e1b"},
    {"store-migrated", "4c00730d77ec4dfbb0ec0d819edda106"},
    {"store-migration", "b7016d14a13e4d91bec69955669568c9"},
    {"store-outage", "8c10de181d204a3aac370c5d3cb10051"},
    {"store-outage-over", "078105cddf8841038be3b4a5c1b148fc"},
    {"store-restored", "561fd857b6984e7481711d13ce7caa89"},
    {"store-stats", "b737397c9a8d449694d2a89740568526"},
    {"stream-dropped", "14b46de6031a41b3a243c54bbe34906a"},
    {"sweep", "677832331176462b8313598f5c18d6af"},
    {"token-reuse", "15cb75ad5d924f9b8f279291cb8d3da3"},
    {"token-revoke", "162471775616489abe894501174bafb8"},
    {"upkeep", "8c21b70006b84fddb8c11212200153e2"},
    {"upkeep-list", "561a937d5ddc46779966ee5babe0b8b8"},
    {"user-forget", "03a422b0fb8d4d38bf2ec907a1ebff04"},
    {"user-forget-step", "bdab6f2797414c90a9199a57edb189b9"},
    {"user-forgotten", "d0c23b72624b413db3ad18b5ada61466"},
    {"user-logout", "12b9cd4f322f4a09bf6080ca3f8446fe"},
    {"user-renew", "34d17d88e9314d5cbf350473fcb15f54"},
    {"user-set", "f1c41089c8994520adef6c3bb05ec26f"},
    {"user-show", "127bb76bf0d34055bafff75dea536358"},
    {"uses", "5800c1a23f6d4cc2b53dbb057cfdebe0"},
};

#define MESSAGE_COUNT (sizeof(messages) / sizeof(*messages))

const struct message *
message_at(size_t index)
{
	return index < MESSAGE_COUNT ? &messages[index] : NULL;
}

const char *
message_id(const char *event)
{
	for (size_t i = 0; i < MESSAGE_COUNT; i++)
		if (strcmp(messages[i].event, event) == 0)
			return messages[i].id;
	return NULL;
}
