// Chebyshev expansions of what special functions are made of; written by tools/chebyshev.py, with mpmath.
#pragma once

#include "flambeau/isa.hpp"

namespace flambeau::FLAMBEAU_ISA::math::tables {

// log(gamma(x)) / ((x - 1) (x - 2)), from 1 to 3
constexpr double GAMMA_SMALL[] = {
    0x1.c415b2f77d216p-2, -0x1.c775402458f9ap-4, 0x1.3fa8c04d6ff67p-6, -0x1.010ffbb4197b6p-8, 0x1.bc8b1371eaccbp-11,
    -0x1.91af7a54a9a64p-13, 0x1.75ab04d1df215p-15, -0x1.62c44ca024f08p-17, 0x1.55e927ae8795fp-19, -0x1.4d5177a7d60b9p-21,
    0x1.47e471139787bp-23, -0x1.44ed14f25b644p-25, 0x1.43f273ad94382p-27, -0x1.44a179f50c1b4p-29, 0x1.46bfea7d6632ap-31,
    -0x1.4a246834853afp-33, 0x1.4eb16ce023178p-35, -0x1.5452009c24af3p-37, 0x1.5af787a242489p-39, -0x1.629841b59e381p-41,
    0x1.6b2e3df5629bfp-43, -0x1.74b69ccd76d6bp-45, 0x1.7f31077ff8c5cp-47, -0x1.8a9f4d3a81e40p-49, 0x1.97051afff88bcp-51,
    -0x1.a467c71e3093cp-53, 0x1.b2ce2b26c6f85p-55, -0x1.c24088e35be62p-57, 0x1.d2c877c28febbp-59,
};
// log(gamma(x)), from 3 to 8
constexpr double GAMMA_MIDDLE[] = {
    0x1.11e74155aea7cp+2, 0x1.f8f8ff828005fp+1, 0x1.4d61862cd9947p-2, -0x1.d2ab38be3d989p-6, 0x1.ea4c7a6dca24ap-9,
    -0x1.34997d89a5aeep-11, 0x1.ae944b187e1d1p-14, -0x1.40ee8071db175p-16, 0x1.f4d5f2edc7acdp-19, -0x1.940c894e9d8d4p-21,
    0x1.4e4886046d42dp-23, -0x1.1a0791e258379p-25, 0x1.e357791c85d37p-28, -0x1.a369b02fbe3fbp-30, 0x1.6fb6af1283f98p-32,
    -0x1.452a3a43f43cbp-34, 0x1.219f39a360b19p-36, -0x1.038cd94031958p-38, 0x1.d3a6f38aa043dp-41, -0x1.a7385a433b13dp-43,
    0x1.8086d0e4be1a0p-45, -0x1.5e95658daa222p-47, 0x1.409d9c97db255p-49, -0x1.2601a4b5338c3p-51, 0x1.0e427dcfd30abp-53,
    -0x1.f1f1a7c50fb34p-56,
};
// exp(-x) I0(x), from 0 to 8
constexpr double I0_NEAR[] = {
    0x1.5a84e9035a22ap-2, -0x1.37febc057cd8dp-2, 0x1.5f7ac77ac88c0p-3, -0x1.84b70342d06eap-4, 0x1.93e8acea8a32dp-5,
    -0x1.84e9ef121b6f0p-6, 0x1.59961f3dde3ddp-7, -0x1.1b65e201aa849p-8, 0x1.adc758a12100ep-10, -0x1.2e2fd1f15eb52p-11,
    0x1.8b51b74107cabp-13, -0x1.e2b2659c41d5ap-15, 0x1.13f58be9a2859p-16, -0x1.2866fcba56427p-18, 0x1.2bf24978cf4acp-20,
    -0x1.1ec638f227f8dp-22, 0x1.03b769d4d6435p-24, -0x1.beaf68c0b30abp-27, 0x1.6d903a454cb34p-29, -0x1.1d4fe13ae9556p-31,
    0x1.a98becc743c10p-34, -0x1.2fc957a946abcp-36, 0x1.9fe2fe19bd324p-39, -0x1.1164c62ee1af0p-41, 0x1.59b464b262627p-44,
    -0x1.a5022c297fbebp-47, 0x1.ee6d893f65ebap-50, -0x1.184eb721ebbb4p-52, 0x1.33362977da589p-55, -0x1.45cb72134d0efp-58,
};
// exp(-x) sqrt(x) I0(x), by 8 / x, from 0 to 1
constexpr double I0_FAR[] = {
    0x1.9be62aca809cbp-2, 0x1.b998ca2e59049p-9, 0x1.20fa378999e52p-14, 0x1.8412bc101c586p-19, 0x1.b8007d9cd616ep-23,
    0x1.8569280d6d56dp-26, 0x1.d2c64a9225b87p-29, 0x1.0f9ccc0f46f75p-31, 0x1.a24feabe8004fp-37, -0x1.1511d08397425p-35,
    -0x1.d0fd7357e7bf2p-37, -0x1.f904303178d66p-40, 0x1.94347fa268cecp-41, 0x1.b1c8c6b83c073p-42, 0x1.156ff0d5fc545p-46,
    -0x1.75d99cf68bb32p-45, -0x1.583fe7e65629ap-47, 0x1.12a919094e6d7p-48, 0x1.fee7da3eafb1fp-50, -0x1.8aee7d908de38p-52,
    -0x1.4600babd21fe4p-52, 0x1.3f3dd076041cdp-55, 0x1.9be1812d98421p-55, -0x1.646da66119130p-58, -0x1.0adb754ca8b19p-57,
    0x1.24d48c789b293p-60, 0x1.604db61ad3debp-60,
};
// exp(-x) I1(x) / x, from 0 to 8
constexpr double I1_NEAR[] = {
    0x1.02a63724a7ffap-3, -0x1.694d10469192ep-3, 0x1.a46dad536f53cp-4, -0x1.b1bbc537c9ebcp-5, 0x1.951e3e7bb2349p-6,
    -0x1.5a29f7913a26ap-7, 0x1.1065349d3a1b4p-8, -0x1.8cc620b3cd4a4p-10, 0x1.0c95db6c6df7dp-11, -0x1.533cad3d694fep-13,
    0x1.911b542c70d0bp-15, -0x1.bd5f9b8debbcfp-17, 0x1.d1c4ed511afc5p-19, -0x1.cc0798363992ap-21, 0x1.ae344b347d108p-23,
    -0x1.7dd3e24b8c3e8p-25, 0x1.4258e02395010p-27, -0x1.0361b28ea67e6p-29, 0x1.8ea34b43fdf6cp-32, -0x1.2510397eb07dep-34,
    0x1.9cee2b21d3154p-37, -0x1.173835fb70366p-39, 0x1.6af784779d955p-42, -0x1.c628e1c8f0b3bp-45, 0x1.11d7f0615290cp-47,
    -0x1.3eaaa7e0d1573p-50, 0x1.663e3e593bfacp-53, -0x1.857d0c38a0576p-56, 0x1.99f2a0c3c4014p-59, -0x1.a21dbdbdd0288p-62,
};
// exp(-x) sqrt(x) I1(x), by 8 / x, from 0 to 1
constexpr double I1_FAR[] = {
    0x1.8ea18b55b1514p-2, -0x1.3fda053fcdb4cp-7, -0x1.cfd7f804aa9a6p-14, -0x1.048df49ca0373p-18, -0x1.0dbfd2e9e5443p-22,
    -0x1.c415394bb46c1p-26, -0x1.0790b9ad53528p-28, -0x1.334ca5423dd80p-31, -0x1.4dcf9d4504c0cp-36, 0x1.1e1a1f1587865p-35,
    0x1.f101f653c457bp-37, 0x1.1e7d3f6439fa3p-39, -0x1.953e1076ab493p-41, -0x1.cbc458e73e255p-42, -0x1.7a9482e6d22a0p-46,
    0x1.80d3c26b3281ep-45, 0x1.776e1762d31e8p-47, -0x1.12db5138afbc7p-48, -0x1.0efcd8bc4d22ap-49, 0x1.7d68e5f04a2d1p-52,
    0x1.55915fceb588ap-52, -0x1.2806c9c773320p-55, -0x1.acea3b2532277p-55, 0x1.45b8aea87b950p-58, 0x1.1556db352e8e6p-57,
    -0x1.12e7f21d2c006p-60, -0x1.6ea1785f94461p-60,
};
// K0(x) + log(x / 2) I0(x), by x^2, from 0 to 4
constexpr double K0_NEAR[] = {
    -0x1.12166e9d2f61fp-2, 0x1.608d881213db9p-2, 0x1.26bf6554a9085p-5, 0x1.4b82e75633d73p-10, 0x1.7f900fe8cfca0p-16,
    0x1.102bce7f95efcp-22, 0x1.05c1367e58a13p-29, 0x1.6c25c475120bep-37, 0x1.7fb0ac384a073p-45, 0x1.3cee1e6b887dcp-53,
};
// exp(x) sqrt(x) K0(x), by 2 / x, from 0 to 1
constexpr double K0_FAR[] = {
    0x1.385bd9f4e6907p+0, -0x1.019f72d4ff71ep-5, 0x1.9b891fca79342p-10, -0x1.0d797e7889f42p-13, 0x1.d413fcc7470a9p-17,
    -0x1.ebb547f18d3a9p-20, 0x1.2915981e3e46fp-22, -0x1.905541b54f2afp-25, 0x1.269a0033f428ep-27, -0x1.d29d5f22bf5e2p-30,
    0x1.8956c819ff63dp-32, -0x1.5df95d2e7ca15p-34, 0x1.46808475fbf4dp-36, -0x1.3dafc3f00540bp-38, 0x1.40fa32fcce645p-40,
    -0x1.4f87721a3b2dbp-42, 0x1.69c4ecd913e48p-44, -0x1.9145ebaf9922fp-46, 0x1.c8d9c4a6808e8p-48, -0x1.0a690ed1130d0p-49,
    0x1.3dbf96cd7929dp-51, -0x1.82f947bd75936p-53, 0x1.e092e5c062a6ap-55, -0x1.2feccb331b557p-56, 0x1.871a5cf6ebbb5p-58,
};
// x (K1(x) - log(x / 2) I1(x)), by x^2, from 0 to 4
constexpr double K1_NEAR[] = {
    0x1.867a1361008cap-1, -0x1.69a1b757b0dd4p-2, -0x1.f637243c1db74p-4, -0x1.c92939d7d4192p-8, -0x1.6ade2e5a3bd02p-13,
    -0x1.469b32c832e3ap-19, -0x1.7c41d145c31d0p-26, -0x1.3663bb84626cap-33, -0x1.77502ddd0e045p-41, -0x1.5dd517a0399e0p-49,
    -0x1.032283d3cda56p-57,
};
// exp(x) sqrt(x) K1(x), by 2 / x, from 0 to 1
constexpr double K1_FAR[] = {
    0x1.5c3d7aa062c8ap+0, 0x1.a9abef9e023fbp-4, -0x1.76946be66b48ap-9, 0x1.9965888f6908ep-13, -0x1.44d711dcdb2e5p-16,
    0x1.42fe31752d1b6p-19, -0x1.780528fada5c6p-22, 0x1.ed27c668fc461p-25, -0x1.637a49fe1e088p-27, 0x1.14f242a73d252p-29,
    -0x1.ccbc00365cf5fp-32, 0x1.956d008a43059p-34, -0x1.76b539401d12cp-36, 0x1.69ab846c05207p-38, -0x1.6adec61fc71a4p-40,
    0x1.78ffa0409e616p-42, -0x1.94465d4c8014bp-44, 0x1.be3e9590877a3p-46, -0x1.f9d52362a3e00p-48, 0x1.25cedf006519fp-49,
    -0x1.5d2a3d9ce2a50p-51, 0x1.a7d5e4c65543cp-53, -0x1.0661525866f5ap-54, 0x1.4af1aa55c043fp-56, -0x1.a8c5d42a4b314p-58,
};
// J0(x), by x^2, from 0 to 64
constexpr double J0_NEAR[] = {
    0x1.4306e1f9314dbp-3, -0x1.1dd989ce98ea2p-7, 0x1.0f8afb7d3a552p-2, -0x1.7afa2e9c62a9ep-2, 0x1.43b8af58b7ffap-3,
    -0x1.1dd989ce98ea2p-5, 0x1.3bd46ccab9da0p-8, -0x1.e300651cd3ae3p-12, 0x1.104c067d74d17p-15, -0x1.d8f811cd3e853p-20,
    0x1.46c4a4b32aa3bp-24, -0x1.703bda6758f6fp-29, 0x1.593076e904d04p-34, -0x1.1192067e71726p-39, 0x1.73936aa3d0207p-45,
    -0x1.b5729d242acaep-51, 0x1.c2c89ea282aaap-57,
};
// J1(x) / x, by x^2, from 0 to 64
constexpr double J1_NEAR[] = {
    0x1.4bf5ae47a6150p-4, -0x1.3119e17fdbffdp-3, 0x1.49b9fb3408e33p-3, -0x1.52a8c7827daa8p-4, 0x1.6bf2c1f5f71e1p-6,
    -0x1.de030538b55b0p-9, 0x1.a8b56cedfe580p-12, -0x1.11188227a5012p-15, 0x1.0a8a3a628fc7bp-19, -0x1.98f754605f635p-24,
    0x1.fac17c7273311p-29, -0x1.030d00d42d6f4p-33, 0x1.bcc0916376113p-39, -0x1.453d2b4e985cbp-44, 0x1.9a36afedba862p-50,
    -0x1.c2dff424052f8p-56, 0x1.b3c9bd267e611p-62,
};
// Y0(x) - 2 / pi log(x / 2) J0(x), by x^2, from 0 to 64
constexpr double Y0_NEAR[] = {
    0x1.2aa30b02c96c3p-5, -0x1.1d00e3f66d8abp-2, 0x1.2f27bb1f1965cp-2, 0x1.9273ec4cc2256p-4, -0x1.b887fa1efddf1p-4,
    0x1.047f7de78a600p-5, -0x1.5241dfc56884bp-8, 0x1.2047f52400bf2p-11, -0x1.604bd5a6f34eep-15, 0x1.46050b95b78e9p-19,
    -0x1.da97b3e7182b1p-24, 0x1.1772ee181831bp-28, -0x1.101c43f522727p-33, 0x1.bdefdb7b2a420p-39, -0x1.37f65d9f56957p-44,
    0x1.792fea1881d6ep-50, -0x1.8e31f4edecff1p-56,
};
// (Y1(x) - 2 / pi (log(x / 2) J1(x) - 1 / x)) / x, by x^2, from 0 to 64
constexpr double Y1_NEAR[] = {
    0x1.39c2893db065bp-5, -0x1.4f28600a6e8d9p-4, -0x1.976eb9baef98ap-6, 0x1.88f30a1b0e1e6p-5, -0x1.2f873106a454bp-6,
    0x1.e26cb34c165e5p-9, -0x1.e533e7c658954p-12, 0x1.555db4928876dp-15, -0x1.6541b43c631bcp-19, 0x1.220a2b0de72e5p-23,
    -0x1.78d32d23d639fp-28, 0x1.9136b53741514p-33, -0x1.64d1026e9c5f1p-38, 0x1.0d3a959af1a85p-43, -0x1.5d36ea343b2b2p-49,
    0x1.89aa49b715ecdp-55, -0x1.855cdaf5b40dap-61,
};
// P of order 0, by (8 / x)^2, from 0 to 1
constexpr double P0[] = {
    0x1.ffb944543151ep-1, -0x1.194ac5283c04ap-11, 0x1.9cbe8b7395851p-19, -0x1.bc26938a82ce2p-25, 0x1.c03a8b38ca73cp-30,
    -0x1.59ddcc28538a8p-34, 0x1.6baf23642c655p-38, -0x1.e4a709e74825bp-42, 0x1.85b481672b1eep-45, -0x1.6d432cb7153fep-48,
    0x1.84fff80b613c2p-51, -0x1.cdb3179595bbdp-54, 0x1.2cca86c6338d9p-56, -0x1.a9240bf60d14bp-59,
};
// x Q of order 0, by (8 / x)^2, from 0 to 1
constexpr double Q0[] = {
    -0x1.fdbbf76547cafp-4, 0x1.1ed40c7bf4761p-11, -0x1.8e1017183d060p-18, 0x1.34c3b3f0f3e19p-23, -0x1.8fc71e52a5280p-28,
    0x1.7334b27ad2886p-32, -0x1.c34f407df8ba4p-36, 0x1.52763be90a889p-39, -0x1.2c827d7f6e2d5p-42, 0x1.329f0c1b6c666p-45,
    -0x1.5fa3147b301c9p-48, 0x1.bd9648f62c6b8p-51, -0x1.33cdb710c05d6p-53, 0x1.cab223df72976p-56, -0x1.6d757f20d1676p-58,
    0x1.351cf3ac934b3p-60,
};
// P of order 1, by (8 / x)^2, from 0 to 1
constexpr double P1[] = {
    0x1.003b2e82f5f12p+0, 0x1.d7545f75d7da9p-11, -0x1.0b9505ce79bbap-18, 0x1.0953cdc0829efp-24, -0x1.01454cf5d6ac0p-29,
    0x1.83c5742be2cc3p-34, -0x1.9171afe32fc02p-38, 0x1.088a8b6783e50p-41, -0x1.a5ead8bea617fp-45, 0x1.88e8192bcb004p-48,
    -0x1.a045d1e6aa4e8p-51, 0x1.ebf5d803cd896p-54, -0x1.3f5b1671b84fbp-56, 0x1.c1ff43803bc35p-59,
};
// x Q of order 1, by (8 / x)^2, from 0 to 1
constexpr double Q1[] = {
    0x1.7f34213492af6p-2, -0x1.93d0e4fa70662p-11, 0x1.eaa02bf61504bp-18, -0x1.681617e8645adp-23, 0x1.c467999a69933p-28,
    -0x1.9c37875f5ebc0p-32, 0x1.eeb91abca8164p-36, -0x1.6f877e53fb185p-39, 0x1.43f8057a1761fp-42, -0x1.48ac416e30219p-45,
    0x1.772d4dd737bf2p-48, -0x1.d994b1fddb9f0p-51, 0x1.46123a8bbc898p-53, -0x1.e48d4f144b8b2p-56, 0x1.811d207bb2e69p-58,
    -0x1.4508fb9daded8p-60,
};
// Ai(x), from -6 to 2
constexpr double AIRY_NEAR[] = {
    0x1.46e735b396c5fp-4, 0x1.11958780f9c75p-3, -0x1.07f30bc84849ap-3, -0x1.6779d04c769adp-4, -0x1.e2c68e76b303cp-4,
    0x1.fec678b5b0488p-3, -0x1.23ec86d4b0384p-5, -0x1.0115aa4776140p-3, 0x1.39af50873c540p-4, 0x1.ac981338296acp-8,
    -0x1.7a77866ae426fp-6, 0x1.ebc91daf377bfp-8, 0x1.be6f70a9af354p-10, -0x1.e46efc05f3d0fp-10, 0x1.70d9821856cc3p-12,
    0x1.1df4d9e195f61p-13, -0x1.5c7ef508ed9a2p-14, 0x1.2a703bdf09022p-17, 0x1.8ae0d3b2abcbbp-18, -0x1.409a6e677cd55p-19,
    0x1.dbd63e58505b7p-24, 0x1.5d0886407c5adp-23, -0x1.97dbaead0e8f1p-25, -0x1.81eadbd0252f5p-33, 0x1.b02dc3b5da436p-29,
    -0x1.79d23e562843cp-31, -0x1.2de4ea6dc0b26p-35, 0x1.8ce1d0b6cdd2bp-35, -0x1.080f3d73d9c90p-37, -0x1.9c19f54ac09dbp-41,
    0x1.195da578217ebp-41, -0x1.1d187e7e1908fp-44, -0x1.5b4320f4c0ee9p-47, 0x1.3d4e9790c6f83p-48, -0x1.e1738854c691ep-52,
    -0x1.adab2bff2efa1p-54, 0x1.2343cee93531bp-55, -0x1.3d4faf9bba9acp-59, -0x1.a163e8af27a43p-61,
};
// P of Ai(-x), by (Z / z)^2 with Z = 2/3 6^(3/2), from 0 to 1
constexpr double AIRY_P[] = {
    0x1.ffe6f1fe95ed1p-1, -0x1.8f553aea27975p-13, 0x1.863231a3014d5p-21, -0x1.238e9add51676p-27, 0x1.a4fe367318e12p-33,
    -0x1.dcfe7dbc4e822p-38, 0x1.78b0425efa500p-42, -0x1.808512bd958edp-46, 0x1.e1dda7344f8e4p-50, -0x1.653700b706d22p-53,
    0x1.30d1ace01ef89p-56,
};
// z Q of Ai(-x), by (Z / z)^2, from 0 to 1
constexpr double AIRY_Q[] = {
    0x1.1ba6f2c6f57a0p-4, -0x1.92a3f88a8744dp-13, 0x1.7bb0292cd82b9p-20, -0x1.9da1354b7d4e1p-26, 0x1.82a6950a675a3p-31,
    -0x1.09a27d0037a00p-35, 0x1.e8502272322e2p-40, -0x1.1a19d85c2e6d2p-43, 0x1.88392ca9a9eb4p-47, -0x1.3dd3360d6b6edp-50,
    0x1.2512945436d7bp-53, -0x1.2de1f0394ae27p-56, 0x1.564e597bd8ee4p-59, -0x1.a644a7ae7079bp-62,
};
// 2 sqrt(pi) x^(1/4) exp(z) Ai(x), by Y / z with Y = 2/3 2^(3/2), from 0 to 1
constexpr double AIRY_FAR[] = {
    0x1.f803f8dd4194fp-1, -0x1.e4badf92f0698p-7, 0x1.8027b6119ca99p-11, -0x1.00f0eec77d5afp-14, 0x1.caac670d169d2p-18,
    -0x1.efeb84cedc369p-21, 0x1.346d52b669db2p-23, -0x1.aba96d0e939bcp-26, 0x1.43a78ffb4b7e2p-28, -0x1.07707202858f2p-30,
    0x1.c834c8a5f387ap-33, -0x1.a0b1c6e6db0c8p-35, 0x1.8eda827e9a573p-37, -0x1.8df6dfaa1aa23p-39, 0x1.9c1e947dc07d1p-41,
    -0x1.b9591e92f35b6p-43, 0x1.e74cc999dbc9ap-45, -0x1.14a33407d0d9dp-46, 0x1.42441e5f90db4p-48, -0x1.8071c47eb60a8p-50,
    0x1.d4d85135aae64p-52, -0x1.23d2d8fabb65ep-53, 0x1.72547d78958f2p-55, -0x1.de81ec63c2c96p-57, 0x1.3a6e9fb7ca75bp-58,
};
// Ai'(x), from -6 to 2
constexpr double AIRY_SLOPE_NEAR[] = {
    0x1.6ebade4ff349ep-4, -0x1.130fa3a953f5cp-2, 0x1.cbe0351eeccc6p-4, -0x1.1e2c3b8a5fa1dp-3, 0x1.f38b76c8cf5a5p-3,
    0x1.8934a5d8a6c3dp-4, -0x1.84b25b7eb4ad7p-2, 0x1.9f8bb80bd78c2p-3, 0x1.e99c73f2cfac4p-5, -0x1.a7a5d2054237cp-4,
    0x1.f10dd24670c06p-6, 0x1.8b7cb002d7c74p-7, -0x1.664d6d14f7142p-7, 0x1.e548dc1ca2facp-10, 0x1.1a65fd7ef82d5p-10,
    -0x1.40678f1be9d52p-11, 0x1.ca0e276f72d41p-15, 0x1.c1765ed03c4fdp-15, -0x1.6040af9500a10p-16, 0x1.4e5c29cec2addp-21,
    0x1.c76b385e39c51p-20, -0x1.046fa41fa1c47p-21, -0x1.57fbeb34b915bp-27, 0x1.3f763f7583de9p-25, -0x1.12a3b7b552673p-27,
    -0x1.2b04d4b7f5004p-31, 0x1.48888fdfd0dbfp-31, -0x1.add6b1f6437acp-34, -0x1.957e0e9b33757p-37, 0x1.021fcca3cd277p-37,
    -0x1.0034427ba7344p-40, -0x1.69ff9f348fd5bp-43, 0x1.3fb780e810c69p-44, -0x1.d78fc7f9dce4bp-48, -0x1.e062d94f1a584p-50,
    0x1.3fd7c701b0b25p-51, -0x1.4df425ffded99p-55, -0x1.f520712ac968cp-57, 0x1.077fe861874b5p-58,
};
// P of Ai'(-x), by (Z / z)^2, from 0 to 1
constexpr double AIRY_SLOPE_P[] = {
    0x1.000ed1a1c2a7ep+0, 0x1.d88651b0ed1d8p-13, -0x1.a8f60bfe30246p-21, 0x1.3503d5cff7c22p-27, -0x1.b8449e9af2c37p-33,
    0x1.eee5b9d4fb900p-38, -0x1.84ca864c6f549p-42, 0x1.8b686706f55bcp-46, -0x1.ee24a8c1909c9p-50, 0x1.6d88118288405p-53,
    -0x1.3761842ce1dbep-56, 0x1.2b15e45f0a604p-59,
};
// z Q of Ai'(-x), by (Z / z)^2, from 0 to 1
constexpr double AIRY_SLOPE_Q[] = {
    -0x1.8d55f9c57526ap-4, 0x1.c29837929df2fp-13, -0x1.96acbc1dad635p-20, 0x1.b2ea0e9e49d05p-26, -0x1.92757312aea41p-31,
    0x1.12bf23fc1f5f8p-35, -0x1.f6df9d93c20d9p-40, 0x1.21985b68d2b46p-43, -0x1.91aca46a49560p-47, 0x1.44ddb43356ce5p-50,
    -0x1.2b1ad4b7110a3p-53, 0x1.33b431749e2d1p-56, -0x1.5c883785dd034p-59, 0x1.ad8d9347ed340p-62,
};
// -2 sqrt(pi) exp(z) Ai'(x) / x^(1/4), by Y / z, from 0 to 1
constexpr double AIRY_SLOPE_FAR[] = {
    0x1.05bb771fbb208p+0, 0x1.5ef0135aee4a6p-6, -0x1.d42750de935aep-11, 0x1.2770ee58f7056p-14, -0x1.fff98edf4e276p-18,
    0x1.0fc7ae59a2e63p-20, -0x1.4de3227c5cf33p-23, 0x1.cacb5c91826e9p-26, -0x1.58d21217d2408p-28, 0x1.1721cb316c3e7p-30,
    -0x1.e13a35d51028bp-33, 0x1.b5eaf41a37055p-35, -0x1.a1d9d581f6c62p-37, 0x1.9fcb1adc2603dp-39, -0x1.ad9231504f1dfp-41,
    0x1.cb16664f66da1p-43, -0x1.f9f540f6f1a95p-45, 0x1.1ec26acb39a8ap-46, -0x1.4d90bf652d9b7p-48, 0x1.8d64a043831aep-50,
    -0x1.e40c42f00e6d5p-52, 0x1.2cf3a215ea8e8p-53, -0x1.7d861f33e68f3p-55, 0x1.ec81cd9714ee5p-57, -0x1.4359659ef55a5p-58,
};

}  // namespace flambeau::FLAMBEAU_ISA::math::tables
